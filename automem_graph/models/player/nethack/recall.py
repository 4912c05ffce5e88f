"""The scene of a step: the level's file as the step shows it, and what this step adds to it."""

from __future__ import annotations

import re
from dataclasses import replace

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.nethack.grid import WAYS, between
from automem_graph.models.player.nethack.notes import Notes, read_notes
from automem_graph.models.player.nethack.reading import Sight
from automem_graph.models.player.nethack.routes import reach
from automem_graph.models.player.nethack.scene import Scene
from automem_graph.models.player.nethack.terrain import CORRIDOR, CREATURES, DOWN, terrain

WHICH_WAY = "In what direction"
"""The question that a kick and a zap ask."""

_COUNT = re.compile(r"^Count: (\d{1,3})$")
_HELD = re.compile(r"\b(?:stuck|pit|trap|web|in the way|cannot escape)\b")
"""Why a step fails that may well succeed the next time."""


def scene(moment: Moment[Sight]) -> Scene | None:
    """What the player knows; None where it cannot tell where it stands, as in most questions."""
    now, before = moment.now, moment.before
    here = position(moment)
    if now is None or here is None:
        return None
    if before is not None and before.level != now.level:
        before = None
    notes = _seen(read_notes(moment.told), moment, now)
    notes = _learned(notes, before, now, here, moment.last_action)
    under = ""
    if before is not None and before.at not in (None, here):
        under = before.cells[here]
    return Scene(moment, now, here, notes, "" if under in CREATURES else under)


def position(moment: Moment[Sight]) -> int | None:
    """Where the player stands: told now, or before a question put the cursor elsewhere.

    After several questions in a row it may take another human for itself: until the last answer.
    """
    now, before = moment.now, moment.before
    if now is None or now.at is not None:
        return now.at if now else None
    if before is not None and before.at is not None:
        return before.at
    drawn = now.cells.find("@")
    return drawn if drawn >= 0 else None


def _seen(notes: Notes, moment: Moment[Sight], now: Sight) -> Notes:
    """The notes with what the observations of this level show."""
    here = [sight for sight in moment.seen if sight.level == now.level]
    notes = notes.walk(sight.at for sight in here if sight.at is not None)
    found = [stairs for sight in here if (stairs := sight.cells.find(DOWN)) >= 0]
    return replace(notes, stairs=found[-1]) if found else notes


def _learned(notes: Notes, before: Sight | None, now: Sight, here: int, action: str) -> Notes:
    """The notes with what the last action showed; a question shows nothing yet."""
    if now.at is None:
        return notes
    start = None if before is None else before.at
    notes = notes.walk(between(here if start is None else start, here))
    if start is not None and action.startswith("far "):
        action = action.removeprefix("far ")
        notes = notes.walk(_run(now, start, here, WAYS.get(action, 0)))
    if before is None or action not in (*WAYS, "search"):
        return notes
    if action == "search" and (counted := _COUNT.search(before.message)):
        return notes.fail(here, action, int(counted[1]))
    kicks = before.at is None and WHICH_WAY in before.message
    if _in_vain(before, now, here, action):
        return notes.fail(here, f"kick {action}" if kicks else action)
    return notes.forget(here, action) if kicks else notes


def _run(now: Sight, start: int, here: int, step: int) -> set[int]:
    """The squares of a corridor that a run has passed: straight on, then wherever it leads."""
    land, passed, at = terrain(now.cells), set[int](), start
    while step and start != here != at and not land.stops(at):
        passed.add(at)
        at += step
    passed.update(reach(land, start).path(here))
    return {at for at in passed if now.cells[at] == CORRIDOR}


def _in_vain(before: Sight, now: Sight, here: int, action: str) -> bool:
    """Whether a step, a kick or a search has led to nothing."""
    if action == "search":
        return before.at == here
    if before.at not in (here, None) or _HELD.search(now.message):
        return False
    there = here + WAYS[action]
    both = {before.cells[there], now.cells[there]}
    return len(both) == 1 and CREATURES.isdisjoint(both)
