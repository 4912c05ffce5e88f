"""Challenger against incumbent: both play the same worlds, and scores are paired."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Literal, NamedTuple

from automem_graph.agent.context import Agent
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.trace import walk_trace
from automem_graph.evaluation.results import Key, read_results
from automem_graph.evaluation.suite import Plan, plan
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.structure.bench import Bench
from automem_graph.structure.gate import Rule, can_still_win, judge
from automem_graph.structure.lineage import Match, Pair
from automem_graph.structure.playing import (
    play_jobs,
    refuse_failed,
    refuse_stopped,
    refuse_unserved,
)

Results = Mapping[Key, EpisodeResult]


class Side(NamedTuple):
    """Who plays: a kept scaffold, with its memory or as its own control."""

    scaffold: str
    agent: Agent = "memory"


Sides = Mapping[Side, Results]

Fate = Literal["open", "lost", "alike"]
"""Of a challenger in a match: it may win, it no longer can, it plays as the incumbent does."""

SLOWER = 10
"""A challenger's episode may take so many times as long as the incumbent's slowest, per step, and
`GRACE_S` more: a scaffold that sleeps must not hold up the night."""
GRACE_S = 120.0

ALIKE = 6
"""A challenger that does in so many worlds, from the first on, just what the incumbent does there
is stopped: its change makes no difference to the one who plays."""


def play(
    bench: Bench,
    sides: Sequence[Side],
    seeds: Sequence[int],
    what: str,
    *,
    seconds: float | None = None,
    until: Callable[[Sides], bool] = lambda _: False,
) -> Sides:
    """Play all worlds of these seeds, world by world; what is done already costs nothing.

    Ends as soon as `until` says so of the results so far. `seconds` bounds an episode. Raises
    Unfinished where a model's server or a budget is to blame for what is missing.
    """
    plans = [_planned(bench, side, seeds) for side in sides]
    for one in plans:
        extend_run(one.run, one.asked)
    jobs = tuple(job for world in zip(*(one.jobs for one in plans), strict=True) for job in world)
    results: dict[Side, dict[Key, EpisodeResult]] = {side: {} for side in sides}
    with closing(play_jobs(bench, jobs, what, seconds=seconds)) as played:
        for result in played:
            asked = result.asked
            side = next(one for one in sides if one == (asked.scaffold, asked.agent))
            results[side][(asked.task, result.seed)] = result
            if until(results):
                break
    for found in results.values():
        refuse_stopped(found.values())
        refuse_unserved(found.values())
    return results


def complete(bench: Bench, sides: Sequence[Side], seeds: Sequence[int], what: str) -> Sides:
    """All episodes of these sides on these seeds; Unfinished where one has failed."""
    results = play(bench, sides, seeds, what)
    for found in results.values():
        refuse_failed(found.values(), what)
    return results


def compare(
    bench: Bench, incumbent: str, challenger: str, seeds: Sequence[int], rule: Rule, what: str
) -> Match:
    """Play both on these seeds, as long as the challenger can win; judged by the rule.

    An episode of the incumbent that fails is nobody's win: Unfinished, and the same command tries
    it again. One of the challenger's is its own fault, and ends the match.
    """
    old, new = Side(incumbent), Side(challenger)
    known = complete(bench, [old], bench.terms.gate, "the incumbent")[old]
    race = Race(bench, bench.terms.keys(seeds), old, new, rule, known)
    limit = seconds_for(bench, known)
    try:
        found = play(bench, (old, new), seeds, what, seconds=limit, until=race.is_over)
    except ScaffoldError as broken:
        failed = does_not_start(bench, challenger, broken)
        return Match(pairs=(), failed=failed, spared=len(race.keys))
    refuse_failed(found[old].values(), "the incumbent")
    return race.match(found)


def does_not_start(bench: Bench, scaffold: str, broken: ScaffoldError) -> str:
    """The sentence of one that has passed the checks and starts no more, without its place."""
    place = f"{bench.scaffold(scaffold).absolute()}: "
    return f"it does not start any more: {str(broken).removeprefix(place)}"


def broke_off(result: EpisodeResult) -> str:
    """The sentence of one whose episode has failed, which ends its match."""
    return f"an episode of {result.asked.task} failed: {result.error}"


class Race:
    """Whether a challenger can still win, from its worlds in order.

    Only the worlds up to the first that has no result yet count, so that the decision hangs on
    nothing but scores: not on which of two episodes was faster. `known` is what the incumbent
    had earned before the match, which bounds what is left to be won.
    """

    def __init__(
        self,
        bench: Bench,
        keys: Sequence[Key],
        old: Side,
        new: Side,
        rule: Rule,
        known: Results,
    ) -> None:
        self.keys = keys
        self._bench, self._old, self._new, self._rule = bench, old, new, rule
        self._at_best = {
            key: 1.0 - (known[key].progression or 0.0) if key in known else 1.0 for key in keys
        }
        self._fates: dict[int, Fate] = {}
        """By how many pairs were seen: what is asked after each episode is worked out once."""

    def is_over(self, found: Sides) -> bool:
        """Whether nothing more needs to be played."""
        if any(one.progression is None for one in found[self._old].values()):
            return True
        match = self.match(found)
        return bool(match.failed) or self._fate(found, match.pairs) != "open"

    def match(self, found: Sides) -> Match:
        """The match up to where it was decided, as far as it has been played."""
        pairs: list[Pair] = []
        for task, seed in self.keys:
            old, new = (found[side].get((task, seed)) for side in (self._old, self._new))
            if old is None or new is None or self._fate(found, pairs) != "open":
                break
            if new.progression is None:
                return Match(pairs=tuple(pairs), failed=broke_off(new), spared=self._left(pairs))
            pairs.append(
                Pair(task=task, seed=seed, before=old.progression or 0.0, after=new.progression)
            )
        if left := self._left(pairs):
            alike = self._fate(found, pairs) == "alike"
            return Match(pairs=tuple(pairs), spared=left, alike=alike)
        return Match(pairs=tuple(pairs), judged=judge([one.gap for one in pairs], self._rule))

    def _left(self, pairs: Sequence[Pair]) -> int:
        return len(self.keys) - len(pairs)

    def _fate(self, found: Sides, pairs: Sequence[Pair]) -> Fate:
        """Whether the challenger can still win after these pairs, or why not."""
        if not pairs or not self._left(pairs):
            return "open"
        if len(pairs) not in self._fates:
            at_best = [self._at_best[key] for key in self.keys[len(pairs) :]]
            winning = can_still_win([pair.gap for pair in pairs], at_best, self._rule)
            fate: Fate = "open" if winning else "lost"
            if len(pairs) == ALIKE and all(self._is_alike(found, pair.key) for pair in pairs):
                fate = "alike"
            self._fates[len(pairs)] = fate
        return self._fates[len(pairs)]

    def _is_alike(self, found: Sides, key: Key) -> bool:
        return _alike(self._bench, found[self._old][key], found[self._new][key])


def plays_alike(bench: Bench, one: Side, results: Results, keys: Sequence[Key]) -> bool:
    """Whether these worlds were played action for action as that side has played them before."""
    run = bench.folder.play(one.scaffold)
    before = read_results(run)[1] if run.asked.exists() else {}
    return all(
        (was := before.get(key)) is not None and _alike(bench, was, results[key]) for key in keys
    )


def _alike(bench: Bench, one: EpisodeResult, other: EpisodeResult) -> bool:
    """Whether a world was played action for action alike."""
    return one.steps == other.steps and _actions(bench, one) == _actions(bench, other)


def _actions(bench: Bench, result: EpisodeResult) -> list[str]:
    run = bench.folder.play(result.asked.scaffold)
    return [row.action for row in walk_trace(run.episode(result.episode))[1]]


def seconds_for(bench: Bench, known: Results) -> float:
    """How long an episode of a challenger may take: `known` is what the incumbent has played."""
    slowest = max(one.seconds / max(one.steps, 1) for one in known.values())
    return GRACE_S + SLOWER * slowest * max(bench.terms.tasks.values())


def _planned(bench: Bench, side: Side, seeds: Sequence[int]) -> Plan:
    given = {
        **bench.context.playing(),
        "agent": side.agent,
        "scaffold": str(bench.scaffold(side.scaffold).absolute()),
    }
    run = bench.folder.play(side.scaffold, wiped=side.agent == "memory-wiped")
    names = ",".join(bench.terms.tasks)
    return plan(bench.terms.suite, tuple(seeds), tasks=names, out=run.path, given=given)
