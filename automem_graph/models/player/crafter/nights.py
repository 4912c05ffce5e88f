"""Urges of the dark: sleep, and with a map a shelter to sleep in."""

from __future__ import annotations

from automem_graph.models.player.crafter.knowledge import (
    FOES,
    FULL,
    WEAK,
    can_take,
    is_evening,
    is_night,
)
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import Recall
from automem_graph.models.player.crafter.shelter import best_room, close_up, is_closed
from automem_graph.models.player.crafter.wants import Want

_NEAR = 4  # steps to a zombie
_STONES = 6  # enough to close most rooms


def stay_asleep(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Nothing but sleeping is possible before energy is full."""
    return Want("act", "Sleep") if sight.asleep else None


def rest(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Inside a closed room: sleep, or wait, until the danger is over and one is well."""
    chart, here = recall.chart, recall.here
    if chart is None or here is None or min(sight.vital("food"), sight.vital("drink")) < 2:
        return None
    well = sight.vital("health") >= 7 and sight.vital("energy") >= 5
    if (well and not _threatened(sight, step)) or not is_closed(chart, here, sight):
        return None
    return Want("act", "Sleep" if sight.vital("energy") < FULL else "Noop")


def shelter(sight: Sight, recall: Recall, step: int) -> Want | None:
    """At night, and when weak: make a room with nothing open around it."""
    chart, here = recall.chart, recall.here
    if chart is None or here is None:
        return None
    weak = sight.vital("health") <= WEAK or sight.vital("energy") <= 2
    if not weak and not _threatened(sight, step):
        return None
    room = best_room(chart, here, sight)
    if room is None:
        return None
    if here.cell not in room.cells:
        return Want("go", cells=room.cells)
    todo = close_up(room, chart, here, sight)
    if todo is None:
        return Want("act", "Sleep")
    return Want("act", todo) if isinstance(todo, str) else Want("go", cells=frozenset({todo}))


def stock_up(sight: Sight, recall: Recall, step: int) -> Want | None:
    """From the evening on, stones to close a room with."""
    late = is_evening(step) or is_night(step)
    if recall.chart is None or not late or sight.has("stone", _STONES):
        return None
    found = can_take(sight, "stone") and recall.knows("stone", sight)
    return Want("use", "stone") if found else None


def nap(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Without a shelter: naps by day, when nothing lurks, keep energy for the night."""
    lurking = any(sight.nearest(foe) for foe in FOES)
    starving = min(sight.vital("food"), sight.vital("drink")) < 3
    tired = sight.vital("energy") <= (2 if is_night(step) else 6)
    if recall.chart is not None or lurking or starving or not tired:
        return None
    return Want("act", "Sleep")


def _threatened(sight: Sight, step: int) -> bool:
    """Whether this is no time to be out: a zombie in the dark is not the only one."""
    zombie = sight.nearest("zombie")
    near = zombie is not None and zombie.steps <= _NEAR
    return is_night(step) and (near or sight.vital("energy") < 5)
