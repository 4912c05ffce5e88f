"""What memory has said in this step, wherever the conversation quotes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.crafter.bearings import EDGE, Bearings, bearings
from automem_graph.models.player.crafter.chart import Cell, Chart
from automem_graph.models.player.crafter.reading import Direction, Sight, Thing, directions
from automem_graph.models.player.look_up import deeds_shown

DEED = "Done:"
"""How a line begins that tells a deed: `Step 31: Done: make wood pickaxe.`"""

_NOTE = re.compile(r"\bStep (\d{1,9}): ([^\n]{1,120})")
_BLOCKED = re.compile(r"[a-z ]{1,30} blocks the way (north|south|west|east)\.")
_LOST = re.compile(r"([a-z ]{1,30}) was last seen to the ([a-z-]{1,20})\.")
_AT = re.compile(r"([a-z ]{1,30}) is at (-?\d{1,2}), (-?\d{1,2})\.")
_COW = re.compile(r"^(cow \S{1,9}): (-?\d{1,2}), (-?\d{1,2})$", re.MULTILINE)
_FRESH = 40  # steps for which it pays to turn to where something went out of view


class Place(NamedTuple):
    """Where a cow was seen, and the key of the line that says so."""

    cell: Cell
    key: str


@dataclass(frozen=True, slots=True)
class Recall:
    """What the files and the prompt's notes said, as far as the player understands it.

    `notes` are lines of a journal, as (step, event) in order. `all_deeds` tells whether all that
    was ever noted as done has been shown: what nobody looked up, or what was never written because
    there is no file, is unknown, which is not the same as not done. `here` is the position, `chart`
    the map with what is seen now, `cows` where cows were. The last three are None or empty where
    the scaffold offers nothing to keep them in.
    """

    notes: tuple[tuple[int, str], ...] = ()
    all_deeds: bool = False
    here: Bearings | None = None
    chart: Chart | None = None
    cows: Mapping[str, Place] = field(default_factory=dict)

    def done(self, deed: str) -> bool | None:
        """Whether the deed is in the notes; None where they cannot tell."""
        if any(event == f"{DEED} {deed}." for _, event in self.notes):
            return True
        return False if self.all_deeds else None

    @property
    def at_edge(self) -> bool:
        """Whether the player is known to face the edge of the map."""
        if self.here is None or self.here.heading is None:
            return False
        return not all(at in EDGE for at in self.here.ahead(self.here.heading))

    def knows(self, kind: str, sight: Sight) -> bool:
        """Whether one of this kind is in view or on the map."""
        on_map = self.chart is not None and self.chart.knows(kind)
        return on_map or sight.nearest(kind) is not None

    def cows_about(self, sight: Sight) -> tuple[Place, ...]:
        """Where cows were, but for those in view from here if none is seen."""
        here, seen = self.here, sight.nearest("cow") is not None
        return tuple(
            place
            for place in self.cows.values()
            if seen or (here is not None and not here.sees(place.cell))
        )

    def blocked_since(self, step: int) -> tuple[Direction, ...]:
        """Directions in which something was in the way, noted at `step` or later; latest last."""
        found = (_BLOCKED.match(event) for at, event in self.notes if at >= step)
        return tuple(way for match in found if match for way in directions(match[1]))

    def last_place(self, kind: str) -> Thing | None:
        """The thing of this kind that was noted last with its position, as seen from here."""
        if self.here is None:
            return None
        for _, event in reversed(self.notes):
            match = _AT.match(event)
            if match and match[1] == kind:
                cell = (int(match[2]), int(match[3]))
                return None if self.here.sees(cell) else self.here.pointing_to(kind, cell)
        return None

    def lost_to(self, kind: str, step: int) -> tuple[Direction, ...]:
        """Where a thing of this kind went out of view, if that was noted not long before `step`."""
        for at, event in reversed(self.notes):
            if at >= step - _FRESH and (match := _LOST.match(event)) and match[1] == kind:
                return directions(match[2])
        return ()


def recall(moment: Moment[Sight]) -> Recall:
    """The notes quoted anywhere in this step: results of look-ups, or files that a prompt shows."""
    notes = {(int(at), event.strip()) for at, event in _NOTE.findall(moment.told)}
    here = bearings(moment)
    chart = None
    if here is not None and moment.offers.keyed and moment.now is not None:
        chart = Chart(moment.told)
        chart.look(here, moment.now)
    return Recall(
        notes=tuple(sorted(notes)),
        all_deeds=deeds_shown(moment),
        here=here,
        chart=chart,
        cows={key: Place((int(x), int(y)), key) for key, x, y in _COW.findall(moment.told)},
    )
