"""Challenger against incumbent: both play the same worlds, and scores are paired."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from automem_graph.agent.context import Agent
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.results import Key
from automem_graph.evaluation.suite import Plan, plan
from automem_graph.models.budget import OutOfBudget
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.structure.bench import Bench, Unfinished
from automem_graph.structure.events import Played, Playing
from automem_graph.structure.gate import can_still_win, judge
from automem_graph.structure.lineage import Match, Pair

Results = Mapping[Key, EpisodeResult]

SLOWER = 10
"""A challenger's episode may take so many times as long as the incumbent's slowest, per step, and
`GRACE_S` more: a scaffold that sleeps must not hold up the night."""
GRACE_S = 120.0

_SERVERS = ("ModelError:", "NoReply:")
_TOO_LONG = "takes no prompt of this length"


def play(
    bench: Bench,
    scaffold: str,
    seeds: Sequence[int],
    what: str,
    *,
    agent: Agent = "memory",
    seconds: float | None = None,
    until: Callable[[Results], bool] = lambda _: False,
) -> Results:
    """Play a kept scaffold on all worlds of these seeds; those that are done cost nothing.

    Ends as soon as `until` says so of the results so far. `seconds` bounds an episode. Raises
    Unfinished where a model's server or a budget is to blame for what is missing.
    """
    planned = _planned(bench, scaffold, seeds, agent)
    extend_run(planned.run, planned.asked)
    machine = ThisMachine(bench.context.parallel or None, seconds)
    results: dict[Key, EpisodeResult] = {}
    bench.tell(Playing(what=f"{what} on {len(planned.jobs)} worlds", jobs=planned.jobs))
    with EpisodeDesks() as desks:
        folders = tuple(desks.folder(job) for job in planned.jobs)
    try:
        budget = bench.left(folders)
    except OutOfBudget as spent:
        raise Unfinished(f"{spent}; the same command with a larger budget goes on") from spent
    played = run_episodes(planned.jobs, machine, hear=bench.tell, budget=budget)
    with closing(played):
        for result in played:
            results[(result.asked.task, result.seed)] = result
            bench.tell(Played(result=result))
            if until(results):
                break
    _refuse_unplayed(results)
    return results


def compare(
    bench: Bench, incumbent: str, challenger: str, seeds: Sequence[int], name: str
) -> Match:
    """Play both on these seeds, the incumbent first; the challenger only while it can win.

    An episode of the incumbent that fails is nobody's win: Unfinished, and the same command tries
    it again. One of the challenger's is its own fault, and ends the match.
    """
    keys = bench.terms.keys(seeds)
    before = complete(bench, incumbent, seeds, "the incumbent")
    race = _Race(bench, keys, before)
    slowest = max(one.seconds / max(one.steps, 1) for one in before.values())
    limit = GRACE_S + SLOWER * slowest * max(bench.terms.tasks.values())
    try:
        after = play(bench, challenger, seeds, name, seconds=limit, until=race.is_over)
    except ScaffoldError as broken:
        place = f"{bench.scaffold(challenger).absolute()}: "
        failed = f"it does not start any more: {str(broken).removeprefix(place)}"
        return Match(pairs=(), failed=failed, spared=len(keys))
    pairs, failed = race.run(after)
    if failed or len(pairs) < len(keys):
        return Match(pairs=pairs, failed=failed, spared=len(keys) - len(pairs))
    gaps = [pair.gap for pair in pairs]
    return Match(pairs=pairs, judged=judge(gaps, bench.terms.rule))


def complete(
    bench: Bench, scaffold: str, seeds: Sequence[int], what: str, *, agent: Agent = "memory"
) -> Results:
    """All episodes of a scaffold on these seeds; Unfinished where one has failed."""
    results = play(bench, scaffold, seeds, what, agent=agent)
    failed = [one for one in results.values() if one.progression is None]
    if failed:
        raise Unfinished(
            f"{len(failed)} of {len(results)} episodes of {what} have failed, the first with: "
            f"{failed[0].error}; the same command tries them again"
        )
    return results


class _Race:
    """Whether a challenger can still win, from its worlds in order.

    Only the worlds up to the first that has no result yet count, so that the decision hangs on
    nothing but scores: not on which of two episodes was faster.
    """

    def __init__(self, bench: Bench, keys: Sequence[Key], before: Results) -> None:
        self._rule = bench.terms.rule
        self._keys = keys
        self._before = {key: before[key].progression or 0.0 for key in keys}

    def is_over(self, after: Results) -> bool:
        pairs, failed = self.run(after)
        return bool(failed) or self._is_lost(pairs)

    def run(self, after: Results) -> tuple[tuple[Pair, ...], str]:
        """The pairs up to where the race was decided, and what made the challenger fail."""
        pairs: list[Pair] = []
        for task, seed in self._keys:
            result = after.get((task, seed))
            if result is None or self._is_lost(pairs):
                break
            if result.progression is None:
                return tuple(pairs), f"an episode of {task} failed: {result.error}"
            before = self._before[(task, seed)]
            pairs.append(Pair(task=task, seed=seed, before=before, after=result.progression))
        return tuple(pairs), ""

    def _is_lost(self, pairs: Sequence[Pair]) -> bool:
        open_worlds = self._keys[len(pairs) :]
        if not pairs or not open_worlds:
            return False
        at_best = [1.0 - self._before[key] for key in open_worlds]
        return not can_still_win([pair.gap for pair in pairs], at_best, self._rule)


def _planned(bench: Bench, scaffold: str, seeds: Sequence[int], agent: Agent) -> Plan:
    given = {
        **bench.context.playing(),
        "agent": agent,
        "scaffold": str(bench.scaffold(scaffold).absolute()),
    }
    run = bench.folder.play(scaffold, wiped=agent == "memory-wiped")
    names = ",".join(bench.terms.tasks)
    return plan(bench.terms.suite, tuple(seeds), tasks=names, out=run.path, given=given)


def _refuse_unplayed(results: Results) -> None:
    """A server that is down, or a budget that is used up, says nothing about a scaffold."""
    for one in results.values():
        error = one.error or ""
        if one.status == "stopped":
            raise Unfinished(f"{error}; the same command with a larger budget goes on")
        if error.startswith(_SERVERS) and _TOO_LONG not in error:
            raise Unfinished(f"{error}; the same command goes on")
