"""A room to rest in: two or four cells with nothing open around them.

One turns only by moving, so a stone can be put down only straight ahead of where one has come from:
an opening is closed from the cell opposite to it, which has to be in the room. That rules out
single cells, and rooms of two with an opening at the side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from automem_graph.models.player.crafter.bearings import STEP, Bearings
from automem_graph.models.player.crafter.chart import (
    LAVA,
    MARKS,
    OPEN,
    RISKY,
    SEEN,
    UNSEEN,
    Cell,
    Chart,
)
from automem_graph.models.player.crafter.knowledge import can_clear
from automem_graph.models.player.crafter.reading import Direction, Sight

_SHAPES: tuple[tuple[Cell, ...], ...] = (
    ((0, 0), (1, 0)),
    ((0, 0), (0, 1)),
    ((0, 0), (1, 0), (0, 1), (1, 1)),
)
_FAR = 7
_TO_CLOSE, _TO_TEST, _TO_DIG = 3.5, 3.0, 2.2  # actions, about


@dataclass(frozen=True, slots=True)
class Room:
    """Cells to be alone in; `openings` are (cell, way out) that are or may be open."""

    cells: frozenset[Cell]
    dig: tuple[Cell, ...]
    openings: tuple[tuple[Cell, Direction], ...]

    @property
    def closed(self) -> bool:
        return not self.dig and not self.openings


def best_room(chart: Chart, here: Bearings, sight: Sight) -> Room | None:
    """The room that takes the fewest actions from here; None where the stones do not suffice."""
    found = min(_rooms(chart, here, sight), key=lambda pair: pair[0], default=None)
    return found[1] if found else None


def is_closed(chart: Chart, here: Bearings, sight: Sight) -> bool:
    """Whether the player is in a room with nothing open around it."""
    x, y = here.cell
    return any(
        (room := _room(chart, tuple((x + dx - ox, y + dy - oy) for dx, dy in shape), sight))
        and room.closed
        for shape in _SHAPES
        for ox, oy in shape
    )


def _rooms(chart: Chart, here: Bearings, sight: Sight) -> Iterator[tuple[float, Room]]:
    near = range(-_FAR, _FAR + 1)
    corners = sorted((abs(dx) + abs(dy), dx, dy) for dx in near for dy in near)
    least = 1e9
    for distance, dx, dy in corners:
        if distance > _FAR or distance - 2 > least:
            return
        for shape in _SHAPES:
            cells = tuple((here.x + dx + x, here.y + dy + y) for x, y in shape)
            room = _room(chart, cells, sight)
            if room is None:
                continue
            walk = min(abs(x - here.x) + abs(y - here.y) for x, y in room.cells)
            cost = 1.3 * walk + _TO_DIG * len(room.dig) + _work(chart, room)
            least = min(least, cost)
            yield cost, room


def _room(chart: Chart, cells: tuple[Cell, ...], sight: Sight) -> Room | None:
    marks = [chart.mark(cell) for cell in cells]
    diggable = {MARKS[kind] for kind in ("stone", "coal", "tree") if can_clear(sight, kind)}
    if any(mark != OPEN and mark not in diggable for mark in marks):
        return None
    dig = tuple(cell for cell, mark in zip(cells, marks, strict=True) if mark != OPEN)
    openings = []
    sure = 0
    for cell in cells:
        for way, (dx, dy) in STEP.items():
            out = (cell[0] + dx, cell[1] + dy)
            if out in cells:
                continue
            mark = chart.mark(out)
            if mark in (LAVA, RISKY):
                return None
            if mark in (OPEN, SEEN, UNSEEN):
                closable = (cell[0] - dx, cell[1] - dy) in cells
                if mark == OPEN and not closable:
                    return None
                sure += mark == OPEN
                openings.append((cell, way))
    stones = sight.inventory.get("stone", 0) + sum(mark == MARKS["stone"] for mark in marks)
    if sure + (len(openings) - sure + 1) // 2 > stones:
        return None
    return Room(frozenset(cells), dig, tuple(openings))


def _work(chart: Chart, room: Room) -> float:
    return sum(
        _TO_CLOSE if chart.mark(_beyond(cell, way)) == OPEN else _TO_TEST
        for cell, way in room.openings
    )


def _beyond(cell: Cell, way: Direction) -> Cell:
    return cell[0] + STEP[way][0], cell[1] + STEP[way][1]


def close_up(room: Room, chart: Chart, here: Bearings, sight: Sight) -> str | Cell | None:
    """The next action inside a room to close it, or a cell to go to first; None when closed."""
    if room.dig:
        return room.dig[0]
    for cell, way in room.openings:
        if cell == here.cell and way == here.heading and sight.facing is None:
            return "Place Stone" if sight.has("stone") else None
    for cell, way in room.openings:
        if cell == here.cell and chart.mark(_beyond(cell, way)) != OPEN:
            return f"Move {way.capitalize()}"
    for cell, way in room.openings:
        back = (cell[0] - STEP[way][0], cell[1] - STEP[way][1])
        if back == here.cell:
            return f"Move {way.capitalize()}"
    for cell, way in room.openings:
        back = (cell[0] - STEP[way][0], cell[1] - STEP[way][1])
        if back in room.cells:
            return back
    return room.openings[0][0] if room.openings else None
