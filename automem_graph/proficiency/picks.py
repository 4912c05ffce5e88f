"""Select: let a recipe's selector pick turns, and compare what it returns with the trace.

A pick is an id, or a turn as it was given. Whatever was done to its text, even by one character, is
told by comparison with the trace's: the pick is rejected with a reason, and counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from automem_graph.episodes.layout import RunError, RunFolder, write_whole
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.reading import Episode, finished_episodes, turns_of
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.selector import open_selector
from automem_graph.proficiency.turns import TurnView
from automem_graph.protocols import Frozen

PART_BYTES = 3 * 1024 * 1024
"""Turns that a selector is given at once, as JSON: all of them fit into one answer."""

SHOWN = 3
"""Rejections of a kind that are kept whole, for people to look at."""

NO_PICK = "neither an id nor a turn"
NO_TURN = "no such turn"
TWICE = "picked twice"
TRIMMED = "its replies were trimmed"
MOVED = "its replies are another turn's"
INVENTED = "its replies were changed or invented"
TOO_LARGE = "too large to be shown to a selector"


class Rejection(Frozen):
    """Something that did not become an example."""

    id: str
    why: str


class Picks(Frozen):
    """What a selector picked, after comparison."""

    recipe: str
    """The recipe's id."""
    turns: int
    """Turns that it was shown."""
    ids: tuple[str, ...]
    """The picked turns, in the order of the traces."""
    rejected: Mapping[str, int] = {}
    """How many picks were rejected, by reason."""
    samples: tuple[Rejection, ...] = ()
    """A few of these."""


class Rejections:
    """Counts by reason, with a few of each kind."""

    def __init__(self, rejected: Mapping[str, int], samples: Sequence[Rejection]) -> None:
        self.counts = Counter(rejected)
        self.samples = list(samples)

    def add(self, one: Rejection) -> None:
        self.counts[one.why] += 1
        if self.counts[one.why] <= SHOWN:
            self.samples.append(one)


def select_turns(collected: Sequence[RunFolder], recipe: Recipe, out: TrialFolder) -> Picks:
    """Let the recipe's selector pick among all turns of the runs; the picks are kept in `out`.

    Raises BadSelector where it fails, NoData where there are no turns, RunError for damaged traces.
    """
    picked: list[str] = []
    rejections = Rejections({}, ())
    shown = 0
    with open_selector(recipe.selection) as selector:
        for episode in finished_episodes(collected):
            for part in _parts(episode, rejections):
                shown += len(part)
                found, refused = judge(selector.pick(part), part)
                picked += found
                for one in refused:
                    rejections.add(one)
    picks = Picks(
        recipe=recipe.id,
        turns=shown,
        ids=tuple(picked),
        rejected=dict(sorted(rejections.counts.items())),
        samples=tuple(rejections.samples),
    )
    write_whole(out.data / "picks.json", picks.model_dump_json(indent=1) + "\n")
    return picks


def read_picks(out: TrialFolder) -> Picks:
    """What was picked for a trial; RunError where that cannot be read."""
    path = out.data / "picks.json"
    try:
        return Picks.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise RunError(f"{path} cannot be read: select the turns again") from error


def judge(picks: Sequence[Any], turns: Sequence[TurnView]) -> tuple[list[str], list[Rejection]]:
    """The ids of the turns that were picked as they are, in order, and what was rejected."""
    views = {turn.id: turn for turn in turns}
    found: dict[str, None] = {}
    refused = []
    for pick in picks:
        name = pick.get("id") if isinstance(pick, dict) else pick
        view = views.get(name) if isinstance(name, str) else None
        if not isinstance(name, str):
            why = NO_PICK
        elif view is None:
            why = NO_TURN
        else:
            why = _difference(pick, view, turns) if isinstance(pick, dict) else ""
            why = why or (TWICE if name in found else "")
        if why:
            refused.append(Rejection(id=_named(name), why=why))
        else:
            found[str(name)] = None
    return [turn.id for turn in turns if turn.id in found], refused


def _difference(pick: dict[str, Any], view: TurnView, turns: Sequence[TurnView]) -> str:
    """What is not as it was given; empty where all is."""
    given = view.as_dict()
    if "replies" in pick and pick["replies"] != given["replies"]:
        return _what_happened(pick["replies"], view, turns)
    for field, value in given.items():
        if field not in pick:
            return f"its {field} is missing"
        if pick[field] != value:
            return f"its {field} was changed"
    return "it has a field that no turn has" if len(pick) > len(given) else ""


def _what_happened(replies: Any, view: TurnView, turns: Sequence[TurnView]) -> str:
    if not isinstance(replies, list) or not all(isinstance(one, str) for one in replies):
        return INVENTED
    less = sum(map(len, replies)) < sum(map(len, view.replies))
    if less and all(any(one in whole for whole in view.replies) for one in replies):
        return TRIMMED
    theirs = {one for turn in turns for one in turn.replies}
    return MOVED if all(one in theirs for one in replies) else INVENTED


def _named(name: Any) -> str:
    """An id as it may stand in a file: what a selector invented may be of any length."""
    return name[:80].encode("utf-8", "replace").decode() if isinstance(name, str) else ""


def _parts(episode: Episode, rejections: Rejections) -> Iterator[list[TurnView]]:
    """An episode's turns, in one part or, of a long episode, in several stretches."""
    part: list[TurnView] = []
    size = 0
    for turn in turns_of(episode):
        bytes_ = len(json.dumps(turn.view.as_dict(), ensure_ascii=False).encode())
        if bytes_ > PART_BYTES:
            rejections.add(Rejection(id=turn.view.id, why=TOO_LARGE))
            continue
        if part and size + bytes_ > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(turn.view)
        size += bytes_
    if part:
        yield part
