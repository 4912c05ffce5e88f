"""Who plays what: an adapter keeps memory while the base commits the actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.suite import plan
from automem_graph.models.resolve import UnknownModel
from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.ledger import BASE
from automem_graph.proficiency.served import mounted
from automem_graph.structure.playing import (
    play_jobs,
    refuse_failed,
    refuse_stopped,
    refuse_unserved,
)


def play_sides(
    bench: Bench, names: Sequence[str], seeds: Sequence[int], what: str
) -> Mapping[str, str]:
    """Have these play the seeds, all of them world by world; why those failed that did.

    Who has played all of them is not asked again, wherever the run's folder has gone since. Raises
    Unfinished where the base or a budget is to blame for what is missing.
    """
    failed: dict[str, str] = {}
    plans: dict[str, Sequence[PlayContext]] = {}
    with ExitStack() as stack:
        for name in names:
            if bench.standing(name, tuple(seeds)) is not None:
                continue
            try:
                plans[name] = plan_side(bench, name, seeds, bench.folder.play(name))
                stack.enter_context(_served(bench, name))
            except UnknownModel as broken:
                plans.pop(name, None)
                failed[name] = f"its adapter cannot be used: {broken}"
        return {**failed, **_play_twice(bench, plans, what)}


def _served(bench: Bench, name: str) -> AbstractContextManager[None]:
    """Where a server plays, a trial's adapter has to be there meanwhile."""
    adapter = bench.fitted(name)
    if adapter is None or not bench.terms.folder:
        return nullcontext()
    return mounted(bench.specialist(name), adapter)


def _play_twice(
    bench: Bench, plans: Mapping[str, Sequence[PlayContext]], what: str
) -> dict[str, str]:
    """Play, and once more whom an episode has failed; why those failed that did then."""
    if not plans:
        return {}
    results = _play(bench, plans, f"{', '.join(plans)} {what}")
    again = {name: plans[name] for name, found in results.items() if _first_failure(found)}
    if again:
        results |= _play(bench, again, f"{', '.join(again)} {what}, again")
    return {name: why for name, found in results.items() if (why := _first_failure(found))}


def plan_side(
    bench: Bench, name: str, seeds: Sequence[int], run: RunFolder
) -> tuple[PlayContext, ...]:
    """A player's episodes. Begins its run's folder; UnknownModel where its adapter is none."""
    base, specialist = bench.terms.gameplay, bench.specialist(name)
    given = {
        **bench.context.playing(),
        "gameplay": base,
        "specialist": "" if specialist == base else specialist,
        "scaffold": str(bench.scaffold.absolute()),
    }
    names = ",".join(bench.terms.tasks)
    found = plan(bench.terms.suite, tuple(seeds), tasks=names, out=run.path, given=given)
    extend_run(found.run, found.asked)
    return found.jobs


def _play(
    bench: Bench, plans: Mapping[str, Sequence[PlayContext]], what: str
) -> dict[str, list[EpisodeResult]]:
    """The results of each side; Unfinished where a budget or the base is to blame."""
    jobs = [job for world in zip(*plans.values(), strict=True) for job in world]
    by_specialist = {bench.specialist(name): name for name in plans}
    results: dict[str, list[EpisodeResult]] = {name: [] for name in plans}
    for result in play_jobs(bench, jobs, what):
        results[by_specialist[result.asked.specialist]].append(result)
    for found in results.values():
        refuse_stopped(found)
        if bench.terms.folder:  # one server for all of them: none is an adapter's fault
            refuse_unserved(found)
    if BASE in results:
        refuse_unserved(results[BASE])
        refuse_failed(results[BASE], "the base model")
    return results


def _first_failure(results: Sequence[EpisodeResult]) -> str:
    """Why an episode has no score, the first of them; empty where all have one."""
    broken = [one for one in results if one.progression is None]
    if not broken:
        return ""
    one = broken[0]
    return (
        f"{len(broken)} of {len(results)} episodes failed, {one.asked.task} {one.seed} with: "
        f"{one.error}"
    )
