"""What a Crafter player can see now: plain data between the engine and the text.

The view is 9 cells wide and 7 high around the player. `east` and `south` are offsets from the
player in cells, so west and north are negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VITALS = ("health", "food", "drink", "energy")
OPEN_GROUND = frozenset({"grass", "sand", "path"})

EAST_REACH, SOUTH_REACH = 4, 3
"""How far the view reaches on each side of the player, in cells."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One cell of the view that is not open ground: a material or a creature."""

    kind: str
    east: int
    south: int

    @property
    def distance(self) -> int:
        """Steps to walk there on free ground (Manhattan)."""
        return abs(self.east) + abs(self.south)


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment, as far as the player may know it.

    `things` come column by column from the west, each from the north; the player is not among
    them. `facing` is the kind of the cell in front, None for open ground and the world's edge.
    `vitals` are out of 9; `inventory` holds only what there is at least one of.
    """

    things: tuple[Thing, ...]
    facing: str | None
    vitals: Mapping[str, int]
    inventory: Mapping[str, int]
    sleeping: bool
    dead: bool


def nearest(scene: Scene) -> list[Thing]:
    """The nearest thing of each kind, nearest kind first.

    Of equally near ones the westernmost counts, then the northernmost, as in BALROG; kinds that
    are equally near come in alphabetical order.
    """
    best: dict[str, Thing] = {}
    for thing in scene.things:
        if thing.kind not in best or thing.distance < best[thing.kind].distance:
            best[thing.kind] = thing
    return sorted(best.values(), key=lambda thing: (thing.distance, thing.kind))
