"""What an evaluation found: scores, and every episode that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from automem_graph.episodes.identity import RunAsked
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.costs import Cost, costs
from automem_graph.evaluation.scores import Score, score_tasks
from automem_graph.evaluation.suite import Plan
from automem_graph.models.budget import Price
from automem_graph.protocols import Frozen

NO_PRICES: Mapping[str, Price] = MappingProxyType({})


class Outcome(Frozen):
    """The scores of an evaluation: of each task that could be played, and of all of them."""

    suite: str
    run: str
    """The run's folder."""
    asked: RunAsked
    left_out: Mapping[str, str]
    """Tasks that could not be played here, each with the sentence that says why: the score of all
    is the mean over the other tasks."""
    tasks: tuple[Score, ...]
    all: Score
    costs: tuple[Cost, ...] = ()
    """What all these episodes have cost, in all sittings, of models that are not free."""
    episodes: tuple[EpisodeResult, ...]
    """In the order of the tasks, then by seed."""


def outcome(
    plan: Plan, results: Iterable[EpisodeResult], prices: Mapping[str, Price] = NO_PRICES
) -> Outcome:
    """Put the results of a plan's episodes together; one without a result is missing."""
    tasks = list(plan.asked.tasks)
    found = sorted(results, key=lambda result: (tasks.index(result.asked.task), result.seed))
    each, together = score_tasks(tasks, plan.asked.seeds or (), found)
    return Outcome(
        suite=plan.suite,
        run=str(plan.run.path),
        asked=plan.asked,
        left_out=plan.left_out,
        tasks=each,
        all=together,
        costs=costs(plan.asked, (plan.run.episode(one.episode) for one in found), prices),
        episodes=tuple(found),
    )
