"""What the episodes of a task earned together, and those of all tasks."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from automem_graph.episodes.metrics import Metrics
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.statistics import Estimate, estimate
from automem_graph.protocols import Frozen

ALL = "all"
"""The name of the score of all tasks together."""


class Score(Frozen):
    """The episodes of one task, or of all, together. Steps and measures are means of the done ones.

    A measure that is infinite for one episode (see docs/metrics.md) is infinite here.
    """

    task: str
    episodes: int
    """How many were asked for: the ones that are done, failed, stopped or missing."""
    done: int
    failed: int
    stopped: int = 0
    """By a budget."""
    progression: Estimate | None
    """In [0, 1]; None unless all are done: no failed or missing episode is dropped from a mean."""
    steps: float | None
    metrics: Metrics | None

    @property
    def missing(self) -> int:
        return self.episodes - self.done - self.failed - self.stopped

    @property
    def incomplete(self) -> str:
        """Why there is no mean, such as `1 of 10 failed`; empty where there is one."""
        wrong = {
            "failed": self.failed,
            "stopped": self.stopped,
            "missing": self.missing,
        }
        said = [f"{count} of {self.episodes} {what}" for what, count in wrong.items() if count]
        return ", ".join(said)


def score(task: str, results: Iterable[EpisodeResult], episodes: int) -> Score:
    """The score of a task's results, of which `episodes` were asked for."""
    found = list(results)
    done = [result for result in found if result.status == "done"]
    stopped = sum(result.status == "stopped" for result in found)
    earned = [result.progression for result in done if result.progression is not None]
    return Score(
        task=task,
        episodes=episodes,
        done=len(done),
        failed=len(found) - len(done) - stopped,
        stopped=stopped,
        progression=estimate(earned) if len(earned) == episodes else None,
        steps=statistics.fmean(result.steps for result in done) if done else None,
        metrics=_mean([result.metrics for result in done if result.metrics is not None]),
    )


def score_tasks(
    tasks: Sequence[str], seeds: Sequence[int], results: Sequence[EpisodeResult]
) -> tuple[tuple[Score, ...], Score]:
    """A score for each task, and the one of all their episodes together."""
    each = tuple(
        score(task, [result for result in results if result.asked.task == task], len(seeds))
        for task in tasks
    )
    return each, score(ALL, results, len(tasks) * len(seeds))


def _mean(measured: Sequence[Metrics]) -> Metrics | None:
    if not measured:
        return None
    rows = [metrics.model_dump() for metrics in measured]
    return Metrics(**{name: statistics.fmean(row[name] for row in rows) for name in rows[0]})
