"""What a candidate scored, by the labels of its worlds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import ValidationError

from automem_graph.episodes.play import EpisodeResult, Status
from automem_graph.evaluation.results import Key
from automem_graph.evaluation.statistics import Estimate, estimate
from automem_graph.protocols import Frozen

Results = Mapping[Key, EpisodeResult | None]
"""The results of a candidate's episodes; None for one that has none."""


class EpisodeScore(Frozen):
    """One episode. Progression is in [0, 1], and None for one that is not done."""

    label: str
    task: str
    status: Status | Literal["missing"]
    progression: float | None
    steps: int


class Scores(Frozen):
    """A candidate's episodes, their means and standard errors."""

    complete: bool
    progression: Estimate | None
    """Of all episodes; None unless all of them are done."""
    of_done: Estimate | None
    """Of those that are done."""
    tasks: Mapping[str, Estimate]
    """Of those that are done, for each task."""
    metrics: Mapping[str, Estimate]
    """Each measure (docs/metrics.md) over the done ones; without those where it is infinite."""
    episodes: tuple[EpisodeScore, ...]


def scores_of(results: Results, labels: Mapping[Key, str]) -> Scores:
    """The scores of a candidate's episodes, in the order of their labels."""
    ordered = sorted(results, key=lambda key: labels[key])
    done = [one for one in map(results.get, ordered) if one and one.progression is not None]
    earned = [one.progression for one in done if one.progression is not None]
    measured = [one.metrics.model_dump() for one in done if one.metrics]
    of_done, complete = _mean(earned), len(done) == len(ordered) > 0
    tasks = {
        task: _mean(one.progression or 0.0 for one in done if one.asked.task == task)
        for task in sorted({task for task, _ in ordered})
    }
    metrics = {name: _mean(one[name] for one in measured) for name in (measured or [{}])[0]}
    return Scores(
        complete=complete,
        progression=of_done if complete else None,
        of_done=of_done,
        tasks={task: mean for task, mean in tasks.items() if mean},
        metrics={name: mean for name, mean in metrics.items() if mean},
        episodes=tuple(_episode(key, labels[key], results[key]) for key in ordered),
    )


def parse_scores(text: str) -> Scores | None:
    """Scores as `scores.json` has them; None for anything else."""
    try:
        return Scores.model_validate_json(text)
    except ValidationError:
        return None


def shown(mean: Estimate | None) -> str:
    """A mean of shares as people read it: `47.27 ± 2.05 %`."""
    return f"{mean.mean * 100:.2f} ± {mean.error * 100:.2f} %" if mean else "-"


def _episode(key: Key, label: str, result: EpisodeResult | None) -> EpisodeScore:
    if result is None:
        return EpisodeScore(label=label, task=key[0], status="missing", progression=None, steps=0)
    return EpisodeScore(
        label=label,
        task=key[0],
        status=result.status,
        progression=result.progression,
        steps=result.steps,
    )


def _mean(values: Iterable[float]) -> Estimate | None:
    finite = [value for value in values if math.isfinite(value)]
    return estimate(finite) if finite else None
