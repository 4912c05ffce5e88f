"""What the player knows at one step: what it sees, and what memory said of the level."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.nethack.atlas import Atlas, read_atlas
from automem_graph.models.player.nethack.grid import AROUND, BLANK, WAYS, wind
from automem_graph.models.player.nethack.notes import Notes
from automem_graph.models.player.nethack.reading import Sight
from automem_graph.models.player.nethack.routes import Reach, reach
from automem_graph.models.player.nethack.terrain import (
    BOULDERS,
    CREATURES,
    GROUND,
    TRAP,
    Terrain,
    terrain,
)

FRIENDS = re.compile(r"^(?:tame|peaceful|statue)\b")
"""Creatures that do no harm, by their names."""

_HARMFUL, _HARMFUL_MARKS = (
    re.compile(r"floating eye|blue jelly|mold|c(?:ocka|hicka)trice|gelatinous cube"),
    "ejFcb",
)
"""Creatures that harm whoever touches them, by their names and marks: most stay where they are."""


@dataclass(frozen=True)
class Scene:
    """One step: `here` is the player's cell, `under` what was drawn there before it came."""

    moment: Moment[Sight]
    sight: Sight
    here: int
    notes: Notes
    under: str = ""

    @cached_property
    def land(self) -> Terrain:
        """What the map means for walking.

        A door stays one while the player stands in it, and where one has walked there is ground,
        even if the dark hides it again.
        """
        cells = list(self.sight.cells)
        for cell in self.notes.walked:
            if cells[cell] == BLANK:
                cells[cell] = GROUND
        if self.under:
            cells[self.here] = self.under
        return terrain("".join(cells))

    @cached_property
    def atlas(self) -> Atlas | None:
        """What the notes tell of the map; None without a scaffold that has them."""
        return read_atlas(self.moment.told)

    @cached_property
    def beside(self) -> dict[str, str]:
        """What stands next to the player, by direction; walls and the dark as well."""
        return {
            told.replace("-", ""): thing.kind
            for thing in self.sight.things
            for told in thing.adjacent
        }

    @cached_property
    def creatures(self) -> dict[str, str]:
        """The creatures next to the player, by direction."""
        cells, here = self.sight.cells, self.here
        return {
            way: kind
            for way, kind in self.beside.items()
            if way in WAYS and cells[here + WAYS[way]] in CREATURES
        }

    @cached_property
    def foes(self) -> tuple[str, ...]:
        """Directions in which a creature stands that is to be fought."""
        kinds = self.creatures.items()
        return tuple(w for w, kind in kinds if not (FRIENDS.match(kind) or _HARMFUL.search(kind)))

    @cached_property
    def reach(self) -> Reach:
        """Where to walk without pushing a boulder or stepping on a trap."""
        return self._reach(BOULDERS | {TRAP})

    @cached_property
    def rough_reach(self) -> Reach:
        """Where to walk at all: boulders are pushed, traps are stepped on."""
        return self._reach(frozenset())

    def _reach(self, marks: Collection[str]) -> Reach:
        avoid = {at for at, mark in enumerate(self.sight.cells) if mark in marks}
        avoid |= self.spots(_HARMFUL, _HARMFUL_MARKS)
        avoid |= {self.here + WAYS[way] for way in self.creatures if way not in self.foes}
        no_way = {(cell, WAYS[way]) for cell, way in self.notes.vain if way in WAYS}
        heading = self.moment.last_action if self.atlas is None else ""
        return reach(self.land, self.here, heading, avoid, no_way)

    @cached_property
    def looked_at(self) -> frozenset[int]:
        """The cells beside which the player has stood: what is blank there is rock."""
        return frozenset(cell + step for cell in self.notes.walked for step in AROUND)

    def spots(self, kind: re.Pattern[str], marks: str) -> set[int]:
        """Where things of a kind may be: cells with one of these marks, in a direction told."""
        told = (thing for thing in self.sight.things if kind.search(thing.kind))
        winds = {one for thing in told for one in thing.winds}
        cells = enumerate(self.sight.cells) if winds else ()
        return {at for at, mark in cells if mark in marks and wind(self.here, at) in winds}

    def can(self, *actions: str) -> str | None:
        """The first of these actions that the world has."""
        return next((name for name in actions if name in self.moment.world_actions), None)
