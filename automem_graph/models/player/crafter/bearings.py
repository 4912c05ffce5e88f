"""Where the player is and which way it looks, in cells from where it began: `Position: 3, -2`.

East and south count up. A scaffold may tell it in the prompt of a step; else the player reckons it
on from its own status file, which it overwrites in every LOG.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.crafter.knowledge import landmarks
from automem_graph.models.player.crafter.reading import DIRECTIONS, Direction, Sight, Thing

STEP: dict[Direction, tuple[int, int]] = {
    "north": (0, -1),
    "south": (0, 1),
    "west": (-1, 0),
    "east": (1, 0),
}
EDGE = range(-32, 32)
"""The coordinates of Crafter's map, which the player begins in the middle of."""

_POSITION = re.compile(
    r"\bPosition: (-?\d{1,3}), (-?\d{1,3})"
    r"(?:, facing (north|south|west|east))?(?:, step (\d{1,9}))?"
)


@dataclass(frozen=True, slots=True)
class Bearings:
    """A cell and a heading; `heading` is None where nothing tells it."""

    x: int = 0
    y: int = 0
    heading: Direction | None = "south"

    @property
    def cell(self) -> tuple[int, int]:
        return self.x, self.y

    def ahead(self, way: Direction) -> tuple[int, int]:
        """The neighbouring cell in a direction."""
        return self.x + STEP[way][0], self.y + STEP[way][1]

    def at(self, offset: tuple[int, int]) -> tuple[int, int]:
        """The cell so many steps to the east and to the south of here."""
        return self.x + offset[0], self.y + offset[1]

    def pointing_to(self, kind: str, cell: tuple[int, int]) -> Thing:
        """A thing on a cell, as it would be told from here if it were in view."""
        dx, dy = cell[0] - self.x, cell[1] - self.y
        where = [way for way, (x, y) in STEP.items() if x * dx > 0 or y * dy > 0]
        return Thing(kind, abs(dx) + abs(dy), tuple(where))

    def turns_back(self, way: Direction) -> bool:
        """Whether a direction is the opposite of the heading."""
        return self.heading is not None and STEP[way] == tuple(-d for d in STEP[self.heading])

    def steps_to(self, cell: tuple[int, int]) -> int:
        """How far off a cell is on free ground."""
        return abs(cell[0] - self.x) + abs(cell[1] - self.y)

    def sees(self, cell: tuple[int, int]) -> bool:
        """Whether a cell is in view from here."""
        return abs(cell[0] - self.x) <= 4 and abs(cell[1] - self.y) <= 3

    def line(self, step: int) -> str:
        """The status file's line."""
        facing = f", facing {self.heading}" if self.heading else ""
        return f"Position: {self.x}, {self.y}{facing}, step {step}"


def bearings(moment: Moment[Sight]) -> Bearings | None:
    """The position at this step; None where nothing tells it.

    A position without a step is of now. The status file's is of the step it names; one of the step
    before is reckoned on by what the last action did.
    """
    found = None
    for x, y, facing, step in _POSITION.findall(moment.told):
        then = Bearings(int(x), int(y), next((way for way in DIRECTIONS if way == facing), None))
        if not step or int(step) == moment.step:
            found = then
        elif int(step) == moment.step - 1:
            found = found or _reckoned(moment, then)
    if found is None and moment.offers.status and moment.step < 2:
        return Bearings() if moment.step == 0 else _reckoned(moment, Bearings())
    return found


def _reckoned(moment: Moment[Sight], then: Bearings) -> Bearings | None:
    if moment.before is None or moment.now is None:
        return None
    return reckon(then, moment.before, moment.now, moment.last_action)


def reckon(then: Bearings, before: Sight, now: Sight, action: str) -> Bearings:
    """The bearings after an action: a move that was blocked only turns."""
    way = next((way for way in DIRECTIONS if way == action.removeprefix("Move ").lower()), None)
    if way is None or (before.asleep and before.vital("energy") < 9):
        return then
    x, y = then.ahead(way)
    if x in EDGE and y in EDGE and _moved(then.heading, before, now, way):
        return Bearings(x, y, way)
    return Bearings(then.x, then.y, way)


def _moved(heading: Direction | None, before: Sight, now: Sight, way: Direction) -> bool:
    """Whether a move led on: exact where the text tells what was ahead, else by what it shows now.

    Only the nearest of a kind is told, of equally near ones the westernmost, then the northernmost:
    a thing one step to the west may hide others of its kind one step to the north, south and east.
    """
    if heading == way:
        return before.facing is None
    beside = {thing.kind: thing.where[0] for thing in before.things if thing.beside}
    if way in beside.values():
        return False
    hides = now.facing is not None and beside.get(now.facing)
    if not hides or _ORDER.index(hides) > _ORDER.index(way):
        return True
    return landmarks(before) != landmarks(now)


_ORDER: tuple[Direction, ...] = ("west", "north", "south", "east")
