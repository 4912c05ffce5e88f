"""Crafter's text as data: what the player sees, faces, feels and carries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Direction = Literal["north", "south", "west", "east"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

_THING = re.compile(r"- ([a-z ]{1,30}) (\d{1,3}) steps? to your ([a-z]+(?:-[a-z]+)?)")
_FACING = re.compile(r"You face ([a-z ]{1,30})\.")
_AMOUNT = re.compile(r"\b([a-z][a-z ]{0,30}) (\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Thing:
    """The nearest of its kind: `steps` away on foot, in one direction or between two.

    `north-west` leaves the cell open: at least one step north and one step west.
    """

    kind: str
    steps: int
    where: tuple[Direction, ...]

    @property
    def beside(self) -> bool:
        """One step away: it can be faced from here."""
        return self.steps == 1

    @property
    def at_hand(self) -> bool:
        """Beside or at a corner: where a table has to be for its use."""
        return self.steps == len(self.where)

    @property
    def middle(self) -> tuple[int, int]:
        """About where: steps east and steps south, the middle of the cells that it may be on."""
        both = len(self.where) == 2
        along = self.steps // 2 if both else self.steps
        down = self.steps - along if both else self.steps
        dx = along * (("east" in self.where) - ("west" in self.where))
        return dx, down * (("south" in self.where) - ("north" in self.where))


@dataclass(frozen=True, slots=True)
class Sight:
    """One observation. `facing` is None for open ground; vitals are out of 9.

    The text names no open ground, so grass, sand and path look the same: nothing.
    """

    things: tuple[Thing, ...] = ()
    facing: str | None = None
    vitals: Mapping[str, int] = field(default_factory=dict)
    inventory: Mapping[str, int] = field(default_factory=dict)
    asleep: bool = False

    def nearest(self, kind: str) -> Thing | None:
        """The thing of this kind in view, if there is one."""
        return next((thing for thing in self.things if thing.kind == kind), None)

    def vital(self, name: str) -> int:
        """A vital out of 9; full where the text does not tell."""
        return self.vitals.get(name, 9)

    @property
    def attacked(self) -> bool:
        """Whether something in view hunts the player or flies at it."""
        return any(thing.kind in ("zombie", "skeleton", "arrow") for thing in self.things)

    def has(self, item: str, count: int = 1) -> bool:
        """Whether the inventory holds at least so many."""
        return self.inventory.get(item, 0) >= count


def sights(text: str) -> tuple[Sight, ...]:
    """All observations in a text, in order: each ends with the line of its inventory."""
    found = []
    lines: list[str] = []
    for line in text.splitlines():
        lines.append(line)
        if line.startswith("Your inventory:"):
            found.append(_sight(lines))
            lines = []
    return tuple(found)


def _sight(lines: list[str]) -> Sight:
    things: dict[str, Thing] = {}
    facing: str | None = None
    vitals: dict[str, int] = {}
    inventory: dict[str, int] = {}
    for line in lines:
        if match := _THING.match(line):
            things.setdefault(match[1], Thing(match[1], int(match[2]), directions(match[3])))
        elif match := _FACING.match(line):
            facing = None if match[1] == "nothing" else match[1]
        elif line.startswith("Your status:"):
            vitals = _amounts(line)
        elif line.startswith("Your inventory:"):
            inventory = _amounts(line)
    return Sight(
        things=tuple(thing for thing in things.values() if thing.where and thing.steps),
        facing=facing,
        vitals=vitals,
        inventory=inventory,
        asleep=any(line.startswith("You are asleep") for line in lines),
    )


def _amounts(line: str) -> dict[str, int]:
    _, _, listed = line.partition(":")
    return {name: int(count) for name, count in _AMOUNT.findall(listed)}


def directions(words: str) -> tuple[Direction, ...]:
    """The directions in a word such as `north-west`, in the order of DIRECTIONS."""
    named = words.split("-")
    return tuple(direction for direction in DIRECTIONS if direction in named)
