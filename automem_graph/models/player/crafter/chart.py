"""The map that the player keeps where a scaffold offers one: marks on cells, in patches of 8 by 8.

A patch is one keyed line: the key is its north-west cell, the text its rows from the north, as in
`8,-16: ........../...`. One observation tells much about the cells in view: the nearest of each
kind, exactly or as a choice of cells, and with it which cells hold nothing of that kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from automem_graph.models.player.crafter.bearings import EDGE, Bearings
from automem_graph.models.player.crafter.reading import Sight, Thing

Cell = tuple[int, int]

UNSEEN, SEEN, OPEN, RISKY = "?", "_", ".", "!"
MARKS = {
    "tree": "T",
    "water": "w",
    "stone": "s",
    "coal": "c",
    "iron": "i",
    "diamond": "d",
    "lava": "L",
    "table": "t",
    "furnace": "f",
    "plant": "p",
}
"""A cell never in view, one in view that may hold something, open ground, what may be lava, and
kinds of things. A cell beside the player that may be lava is taken for it."""

LAVA = MARKS["lava"]
_GUESSED = ("water", "iron", "diamond", "coal", "table", "furnace")
_PATCH = 8
BEYOND = "#"
WIDE = len(EDGE) + 2
"""Cells in a row of a chart: the map and one more on each side, where it ends."""

_LINE = re.compile(r"^(-?\d{1,2}),(-?\d{1,2}): ((?:[?_.!a-zA-Z]{8}/){7}[?_.!a-zA-Z]{8})$", re.M)
_VIEW = sorted(
    (dx, dy, abs(dx) + abs(dy)) for dx in range(-4, 5) for dy in range(-3, 4) if dx or dy
)


class Chart:
    """Marks by cell, in coordinates of `Bearings`; beyond the map's edge there is nothing."""

    def __init__(self, text: str = "") -> None:
        """The chart that lines of patches in a text give; the last line of a patch counts."""
        row = [BEYOND, *[UNSEEN] * len(EDGE), BEYOND]
        self.cells = [*[BEYOND] * WIDE, *row * len(EDGE), *[BEYOND] * WIDE]
        for x, y, rows in _LINE.findall(text):
            self._put_patch(int(x), int(y), rows)

    def _put_patch(self, x: int, y: int, rows: str) -> None:
        if x not in EDGE or y not in EDGE or x % _PATCH or y % _PATCH:
            return
        at = self.index((x, y))
        for row in rows.split("/"):
            self.cells[at : at + _PATCH] = row
            at += WIDE

    def index(self, cell: Cell) -> int:
        """Where in `cells` a cell is; that of a border cell for one far beyond the edge."""
        x, y = cell
        if -33 <= x <= 32 and -33 <= y <= 32:
            return (y + 33) * WIDE + x + 33
        return 0

    def cell(self, index: int) -> Cell:
        """The cell at an index of `cells`."""
        y, x = divmod(index, WIDE)
        return x - 33, y - 33

    def mark(self, cell: Cell) -> str:
        """The mark of a cell."""
        return self.cells[self.index(cell)]

    def knows(self, kind: str) -> bool:
        """Whether something of this kind is marked anywhere."""
        return MARKS.get(kind) in self.cells

    def beside(self, kinds: Iterable[str]) -> frozenset[Cell]:
        """The open cells that have all these kinds around them, to use them together."""
        found: set[int] | None = None
        for kind in kinds:
            mark = MARKS[kind]
            near = {
                at + dx + dy
                for at, other in enumerate(self.cells)
                if other == mark
                for dx in (-1, 0, 1)
                for dy in (-WIDE, 0, WIDE)
            }
            found = near if found is None else found & near
        return frozenset(self.cell(at) for at in found or () if self.cells[at] == OPEN)

    def patch(self, x: int, y: int) -> str:
        """The rows of the patch whose north-west cell this is."""
        at = self.index((x, y))
        return "/".join(
            "".join(self.cells[row : row + _PATCH]) for row in range(at, at + _PATCH * WIDE, WIDE)
        )

    def look(self, here: Bearings, sight: Sight) -> None:
        """Mark what an observation from here tells."""
        self._set(here.cell, OPEN)
        first = {thing.kind: (thing.steps, spots(thing)) for thing in sight.things}
        nearest = [(MARKS.get(kind, ""), steps, cells) for kind, (steps, cells) in first.items()]
        for dx, dy, steps in _VIEW:
            cell = (here.x + dx, here.y + dy)
            old = self.mark(cell)
            if old == BEYOND:
                continue
            may = [
                mark
                for mark, least, cells in nearest
                if mark and (steps > least or (steps == least and (dx, dy) >= cells[0]))
            ]
            if not may:
                self._set(cell, OPEN)
            elif LAVA in may and old in (UNSEEN, RISKY):
                self._set(cell, RISKY if steps > 1 else LAVA)
            elif old not in (OPEN, *may):
                self._set(cell, SEEN)
        for kind, (_, cells) in first.items():
            if kind in MARKS:
                self._settle(here, kind, cells)
        if here.heading and sight.facing in MARKS:
            self._set(here.ahead(here.heading), MARKS[sight.facing])
        elif here.heading:
            self._set(here.ahead(here.heading), OPEN)

    def _settle(self, here: Bearings, kind: str, spots: tuple[Cell, ...]) -> None:
        """Put the nearest of a kind where it must be, or where it may well be."""
        mark = MARKS[kind]
        cells = [(here.x + dx, here.y + dy) for dx, dy in spots]
        if len(cells) > 1:
            free = (UNSEEN, RISKY, mark) if mark == LAVA else (UNSEEN, RISKY, SEEN, mark)
            cells = [cell for cell in cells if self.mark(cell) in free]
        if any(self.mark(cell) == mark for cell in cells):
            return
        if len(cells) == 1 or (cells and kind in _GUESSED):
            self._set(cells[len(cells) // 2], mark)

    def _set(self, cell: Cell, mark: str) -> None:
        at = self.index(cell)
        if self.cells[at] != BEYOND:
            self.cells[at] = mark

    def changes(self, here: Bearings, old: Chart) -> Iterator[tuple[str, str]]:
        """The patches around here that differ from an older chart: key and rows."""
        xs = sorted({(here.x + dx) // _PATCH * _PATCH for dx in (-4, 0, 4)})
        ys = sorted({(here.y + dy) // _PATCH * _PATCH for dy in (-3, 3)})
        for x in xs:
            for y in ys:
                if x in EDGE and y in EDGE and (rows := self.patch(x, y)) != old.patch(x, y):
                    yield f"{x},{y}", rows


@lru_cache(maxsize=256)
def spots(thing: Thing) -> tuple[Cell, ...]:
    """The cells, relative to the player, where a thing in view may be; west to east."""
    found = tuple(
        (dx, dy)
        for dx, dy, steps in _VIEW
        if steps == thing.steps
        and (dx < 0) == ("west" in thing.where)
        and (dx > 0) == ("east" in thing.where)
        and (dy < 0) == ("north" in thing.where)
        and (dy > 0) == ("south" in thing.where)
    )
    return found or ((99, 99),)
