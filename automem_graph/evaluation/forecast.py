"""What an evaluation would cost: an estimate, and what it rests on."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.identity import RunAsked
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.play import EpisodeResult, read_result
from automem_graph.evaluation.results import read_results
from automem_graph.evaluation.suite import Plan
from automem_graph.models.budget import Price, Tokens, rates
from automem_graph.protocols import Frozen


@dataclass(frozen=True)
class _Habit:
    """What an episode costs: steps, and per step calls and tokens, the specialist's apart."""

    steps: float
    calls: float
    tokens: Tokens
    specialist: Tokens
    basis: str


ASSUMED_CALL = (2500.0, 250.0)
"""Tokens in and out of one call, where nobody has played yet."""

ASSUMED_CALLS = {"memory": 3.0, "memory-wiped": 3.0, "window": 1.0, "window-cot": 1.0}
"""Calls a step, of agents that make any: two of LOG and one of PLAN."""


class Forecast(Frozen):
    """What is still to be played of an evaluation, and what that may cost."""

    episodes: int
    done: int
    """Episodes that are there already and cost nothing."""
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    """None where a model has no price."""
    basis: Mapping[str, str]
    """For each task, what its estimate rests on."""


def forecast(plan: Plan, prices: Mapping[str, Price]) -> Forecast:
    """Estimate what the plan's episodes cost that are not done; nothing is played or written.

    An episode that was begun is counted from its start.
    """
    with EpisodeDesks() as desks:
        left = [job.task for job in plan.jobs if not _is_done(read_result(desks.folder(job)))]
    habits = {task: _habit(plan, task) for task in dict.fromkeys(left)}
    each = [habits[task] for task in left]
    sums = _sum((habit.tokens, habit.steps) for habit in each)
    kept = _sum((habit.specialist, habit.steps) for habit in each)
    known = rates(plan.asked.gameplay, plan.asked.specialist, prices)
    return Forecast(
        episodes=len(left),
        done=len(plan.jobs) - len(left),
        calls=round(sum(habit.calls * habit.steps for habit in each)),
        input_tokens=round(sums[0]),
        output_tokens=round(sums[1]),
        usd=known.of(sums, kept) if known else None if any(sums) else 0.0,
        basis={task: habit.basis for task, habit in habits.items()},
    )


def _sum(played: Iterable[tuple[Tokens, float]]) -> Tokens:
    each = [(tokens[0] * steps, tokens[1] * steps) for tokens, steps in played]
    return sum(one for one, _ in each), sum(other for _, other in each)


def _is_done(result: EpisodeResult | None) -> bool:
    return result is not None and result.status == "done"


def _habit(plan: Plan, task: str) -> _Habit:
    limit = plan.asked.tasks[task]
    found = list(_similar(plan, task))
    if not found:
        return _assumed(plan.asked, limit)
    metrics = [one.metrics for one in found if one.metrics is not None]
    return _Habit(
        steps=min(limit, statistics.fmean(one.steps for one in found)),
        calls=statistics.fmean(one.calls for one in metrics),
        tokens=(
            statistics.fmean(one.input_tokens for one in metrics),
            statistics.fmean(one.output_tokens for one in metrics),
        ),
        specialist=(
            statistics.fmean(one.specialist_input_tokens for one in metrics),
            statistics.fmean(one.specialist_output_tokens for one in metrics),
        ),
        basis=f"the mean of {len(found)} finished episodes of these models and this agent",
    )


def _assumed(asked: RunAsked, limit: int) -> _Habit:
    calls = ASSUMED_CALLS.get(asked.agent, 0.0)
    kept = calls - 1 if asked.specialist != asked.gameplay else 0.0
    tokens_in, tokens_out = ASSUMED_CALL
    return _Habit(
        steps=limit,
        calls=calls,
        tokens=(calls * tokens_in, calls * tokens_out),
        specialist=(kept * tokens_in, kept * tokens_out),
        basis=(
            f"no such episode is finished here; assumed: all {limit:,} steps, {calls:g} calls a "
            f"step, {tokens_in:,.0f} tokens in and {tokens_out:,.0f} out a call"
        )
        if calls
        else "the agent calls no model",
    )


def _similar(plan: Plan, task: str) -> Iterator[EpisodeResult]:
    """Done episodes of the task by the same agent and models, in any run beside the plan's."""
    for file in sorted(plan.run.path.parent.glob("*/run.json")):
        try:
            asked, results = read_results(RunFolder(file.parent))
        except RunError:
            continue  # of another version: nothing can be learned from it
        if _who(asked) == _who(plan.asked):
            for (played, _), result in results.items():
                if played == task and result and result.metrics and result.status == "done":
                    yield result


def _who(asked: RunAsked) -> tuple[str, ...]:
    return asked.agent, asked.gameplay, asked.specialist, asked.codec
