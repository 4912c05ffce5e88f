"""Play many episodes at once; their results come as they finish."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from automem_graph.agent.codecs import CODECS
from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.keep import keep_run, keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.opening import check_player
from automem_graph.episodes.play import EpisodeResult, keep_unplayed, read_result
from automem_graph.episodes.spending import metered
from automem_graph.episodes.trace import steps_kept
from automem_graph.models.budget import Budget
from automem_graph.protocols import CallCounts, EpisodeJob, Executor, JobNews, JobOutcome
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold
from automem_graph.worlds.registry import find_playable


class JobEvent(CallCounts):
    """What happens to a job. One whose result was kept has no events: nothing happens.

    The counts are of this sitting, also those before a retry.
    """

    event: Literal["job"] = "job"
    kind: Literal["started", "stepped", "retried", "ended"]
    job: int
    """Its place in the sequence of jobs."""
    episode: str
    task: str
    seed: int
    step: int = 0
    """World actions taken so far, also those of earlier sittings."""
    steps: int
    """The episode's step limit."""
    progression: float = 0.0
    note: str = ""
    """Why it is retried, or what made it fail."""


@dataclass
class _Pending:
    """An episode without a result, and what was told of it."""

    folder: EpisodeFolder
    asked: Asked
    context: PlayContext
    latest: JobEvent
    before: JobEvent
    """The event before the last start: counts go on from there."""
    wanted: int = 1
    """Jobs that ask for it: one, unless somebody asks for the same episode twice."""


def run_episodes(
    jobs: Sequence[PlayContext],
    executor: Executor | None = None,
    *,
    hear: Callable[[JobEvent], None] | None = None,
    budget: Budget | None = None,
    time_limit_s: float | None = None,
) -> Generator[EpisodeResult, None, None]:
    """Play the episodes that the contexts describe; one result for each, as they finish.

    Done ones that are kept come first, and cost nothing; failed ones are tried again, from their
    last complete step. Every context's `run` names its run folder. An episode that fails, whatever
    is to blame (the model, the world, its driver, its time), has a result that says so, here and on
    disk. Closing the iterator, or Ctrl-C while it is waited for, ends everything within seconds.

    `budget` limits what all jobs cost together, with what their episodes cost in earlier sittings;
    where it is used up, the results of the rest say `stopped`, and a larger one goes on. An episode
    that takes longer than `time_limit_s` has failed; let it be minutes, since a world that hangs
    holds up the others of its process until its own limit, a minute, ends it.

    Raises what stands in the way of all of it (UnknownTask, TaskUnavailable, UnknownModel,
    ScaffoldError, RunError, Unpriced) at once, before an episode is begun. `executor` is
    `ThisMachine()` by default; `hear` is told a few events per second and episode at most, from the
    thread that iterates.
    """
    kept: list[EpisodeResult] = []
    pending: dict[Path, _Pending] = {}
    folders: dict[Path, EpisodeFolder] = {}
    with EpisodeDesks() as desks:
        for number, context in enumerate(jobs):
            folder, asked = desks.folder(context), desks.asked(context)
            folders[folder.path] = folder
            result = read_result(folder)
            if result is not None and result.status == "done":
                kept.append(result)
            elif folder.path in pending:
                pending[folder.path].wanted += 1
            else:
                begun = JobEvent(
                    kind="started", job=number, episode=folder.id, task=asked.task,
                    seed=context.seed, step=steps_kept(folder), steps=asked.steps,
                )  # fmt: skip
                pending[folder.path] = _Pending(folder, asked, context, begun, begun)
    if budget is not None:
        budget.check(name for one in pending.values() for name, _ in one.asked.models.values())
    _check(pending.values())
    return _run(
        kept,
        list(pending.values()),
        executor or ThisMachine(),
        hear or (lambda _: None),
        budget,
        list(folders.values()),
        time_limit_s,
    )


def _check(pending: Collection[_Pending]) -> None:
    """Raise now what every driver would stumble over."""
    for task in {one.asked.task for one in pending}:
        find_playable(task)
    for (name, sampling), codec in {
        (named, CODECS[one.asked.codec]) for one in pending for named in one.asked.models.values()
    }:
        check_player(name, sampling, () if codec.answers_calls else None)
    named = {one.context.scaffold for one in pending if one.asked.scaffold}
    scaffolds = {where: load_scaffold(where) for where in named}
    for scaffold in scaffolds.values():
        ScaffoldHost.start(scaffold).close()
    for one in pending:
        keep_run(one.folder.run, one.asked)
        if one.asked.scaffold:
            keep_scaffold(one.folder.run, scaffolds[one.context.scaffold])


def _run(
    kept: Sequence[EpisodeResult],
    pending: Sequence[_Pending],
    executor: Executor,
    hear: Callable[[JobEvent], None],
    budget: Budget | None,
    folders: Sequence[EpisodeFolder],
    time_limit_s: float | None,
) -> Generator[EpisodeResult, None, None]:
    yield from kept
    if not pending:
        return
    with ExitStack() as sitting:
        meter = sitting.enter_context(metered(budget, pending[0].folder.run, folders))
        counted = str(meter.path) if meter else ""
        sent = [
            EpisodeJob(
                episode=one.folder.id,
                context=asdict(one.context),
                meter=counted,
                time_limit_s=time_limit_s,
            )
            for one in pending
        ]
        run = executor.run(sent, lambda news: hear(_told(pending[news.job], news)))
        for outcome in sitting.enter_context(closing(run)):
            one = pending[outcome.job]
            result = _result(one, outcome)
            hear(_ended(one.latest, result))
            for _ in range(one.wanted):
                yield result


def _result(one: _Pending, outcome: JobOutcome) -> EpisodeResult:
    if outcome.result is not None:
        return EpisodeResult.model_validate(outcome.result)
    kept = read_result(one.folder)
    if kept is not None and kept.status == "done":  # it ended in the moment in which it was lost
        return kept
    return keep_unplayed(one.folder, one.asked, one.context.seed, "failed", outcome.lost)


def _told(one: _Pending, news: JobNews) -> JobEvent:
    """The news as an event: what an earlier try had cost is counted."""
    update: dict[str, object] = {"kind": news.kind, "note": news.note}
    if news.kind == "started":
        one.before = one.latest
    elif news.kind == "stepped":
        update |= {
            "step": news.step,
            "progression": news.progression,
            **one.before.plus(news),
        }
    one.latest = one.latest.model_copy(update=update)
    return one.latest


def _ended(latest: JobEvent, result: EpisodeResult) -> JobEvent:
    score = latest.progression if result.progression is None else result.progression
    update = {"step": result.steps, "progression": score, "note": result.error or ""}
    return latest.model_copy(update={"kind": "ended", **update})
