"""How those who play the same worlds stand: progression, and how memory was kept, with errors."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from pydantic import ConfigDict

from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.metrics import Metrics
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.results import Key, read_results
from automem_graph.evaluation.statistics import Estimate, estimate
from automem_graph.proficiency.ledger import Behaviour
from automem_graph.protocols import Frozen

MEASURES = tuple(Behaviour.model_fields)
"""The measures of behaviour, in the order of the ledger."""


class Measured(Estimate):
    """An estimate that may be infinite; JSON says "Infinity"."""

    model_config = ConfigDict(ser_json_inf_nan="strings")


class Standing(Frozen):
    """One player's episodes on a set of seeds. Progression is in [0, 1]."""

    name: str
    """`base`, `random`, `t2`."""
    progression: Estimate
    measures: Mapping[str, Measured]
    """By the names of docs/metrics.md, with standard errors over episodes."""
    by_seed: Mapping[int, float]
    """Progression, the mean over the tasks of a seed."""

    @property
    def behaviour(self) -> Behaviour:
        """The measures without their errors."""
        return Behaviour(**{name: self.measures[name].mean for name in MEASURES})


def standing(name: str, run: RunFolder, keys: Sequence[Key]) -> Standing | None:
    """How a player stands on these worlds; None unless all of their episodes are done."""
    if not run.asked.exists():
        return None
    results = read_results(run)[1]
    return standing_of(name, [found for key in keys if (found := results.get(key))], keys)


def standing_of(
    name: str, results: Sequence[EpisodeResult], keys: Sequence[Key]
) -> Standing | None:
    """The same of results that are at hand."""
    found = {(one.asked.task, one.seed): one for one in results if one.status == "done"}
    if any(key not in found for key in keys):
        return None
    earned: dict[int, list[float]] = {}
    for key in keys:
        earned.setdefault(key[1], []).append(found[key].progression or 0.0)
    measured = [metrics for key in keys if (metrics := found[key].metrics) is not None]
    return Standing(
        name=name,
        progression=estimate([found[key].progression or 0.0 for key in keys]),
        measures=measures(measured) if measured else {},
        by_seed={seed: statistics.fmean(scores) for seed, scores in earned.items()},
    )


def measures(measured: Sequence[Metrics]) -> dict[str, Measured]:
    """The measures of at least one episode: means, but one ratio, which is that of the sums."""
    rates = _ratio([one.writes for one in measured], [one.searches for one in measured])
    return {
        name: rates
        if name == "writes_per_search"
        else mean_of([getattr(one, name) for one in measured])
        for name in MEASURES
    }


def mean_of(values: Sequence[float]) -> Measured:
    """The mean of at least one value; one that is infinite has no error."""
    mean = statistics.fmean(values)
    if not math.isfinite(mean):
        return Measured(mean=mean, error=0.0, n=len(values))
    return Measured(**estimate(values).model_dump())


def _ratio(of: Sequence[float], by: Sequence[float]) -> Measured:
    """The ratio of two means, with its standard error by linearisation.

    Infinite where there was nothing to divide by, and 0 where there was neither.
    """
    whole, n = statistics.fmean(by), len(of)
    if not whole:
        return Measured(mean=math.inf if any(of) else 0.0, error=0.0, n=n)
    ratio = statistics.fmean(of) / whole
    residues = [(one - ratio * other) / whole for one, other in zip(of, by, strict=True)]
    return Measured(mean=ratio, error=statistics.pstdev(residues) / math.sqrt(n), n=n)
