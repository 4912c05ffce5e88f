"""What the characters of a map mean for walking: ground, walls, doors, what is in the way.

Creatures, objects and traps stand on ground. An open door looks like a piece of wall that runs
across its own wall, a closed one like a spellbook: what stands on both sides of it tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from automem_graph.models.player.nethack.grid import AROUND, BLANK, WIDE

CREATURES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@&;:'~")
BOULDERS = frozenset("`0")
GROUND, CORRIDOR, TRAP, LIQUID, DOWN = ".", "#", "^", "}", ">"

_DOORLIKE = re.compile(r"[-|+]")
_ALONG = {"-": frozenset("|-"), "|": frozenset("-"), "+": frozenset("-|")}
"""What the wall of a door looks like that is drawn so."""
_IMPASSABLE = frozenset(f"{BLANK}{LIQUID}-|")


@dataclass(frozen=True, slots=True)
class Terrain:
    """A level as the screen shows it; in and out of `doors` no step is diagonal."""

    cells: str
    doors: frozenset[int]

    def stops(self, cell: int) -> bool:
        """Whether nobody walks there: walls, water, lava, and what is not seen."""
        return self.cells[cell] in _IMPASSABLE and cell not in self.doors

    def blanks(self, cell: int) -> Iterator[int]:
        """The cells around one of which the screen shows nothing."""
        return (cell + step for step in AROUND if self.cells[cell + step] == BLANK)

    def is_shut(self, cell: int) -> bool:
        """Whether there is a closed door."""
        return cell in self.doors and self.cells[cell] == "+"


def terrain(cells: str) -> Terrain:
    """What a map says, as one string of `grid.SIZE` characters."""
    marks = (match.start() for match in _DOORLIKE.finditer(cells))
    return Terrain(cells, frozenset(at for at in marks if _is_door(cells, at)))


def _is_door(cells: str, at: int) -> bool:
    """Whether a piece of wall, or a book, is a door: by what stands on both sides of it.

    Seen from a corridor a door stands alone: its wall is still blank.
    """
    mark = cells[at]
    sideways = cells[at - 1] + cells[at + 1]
    updown = cells[at - WIDE] + cells[at + WIDE]
    if mark != "|" and _is_wall(mark, updown) and _is_passage(sideways):
        return True
    return mark != "-" and _is_wall(mark, sideways) and _is_passage(updown)


def _is_wall(mark: str, both: str) -> bool:
    """Whether a door that is drawn so can be in a wall that has these two sides."""
    return _ALONG[mark].issuperset(both) or both.isspace()


def _is_passage(both: str) -> bool:
    """Whether one may walk through between these two sides: neither is wall, one is ground."""
    return _IMPASSABLE.isdisjoint(both.strip()) and not both.isspace()
