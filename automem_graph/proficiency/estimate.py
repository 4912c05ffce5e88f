"""What is still to be played of a run of loop 2: an estimate, before it is paid for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from pathlib import Path

from automem_graph.evaluation.forecast import Forecast, forecast
from automem_graph.evaluation.suite import plan
from automem_graph.models.budget import Price
from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.ledger import CONTROLS

ENDS = 3
"""Who plays held-out seeds: the base, the control and the promoted adapter."""


def estimate(bench: Bench, prices: Mapping[str, Price]) -> Forecast:
    """All episodes that may still be played, if every recipe comes to its trial.

    An adapter's are counted like the base's; training is counted nowhere.
    """
    terms, left = bench.terms, bench.context.recipes - len(bench.trials)
    controls = sum(bench.row(name) is None for name in CONTROLS)
    parts = [
        (_forecast(bench, terms.collect, bench.folder.collected.path, prices), 1),
        (_forecast(bench, terms.trial, bench.folder.path / "unplayed", prices), left + controls),
        (_forecast(bench, terms.held_out, bench.folder.path / "unplayed", prices), ENDS),
    ]
    return reduce(_add, (found for found, times in parts for _ in range(max(0, times))))


def _forecast(
    bench: Bench, seeds: tuple[int, ...], run: Path, prices: Mapping[str, Price]
) -> Forecast:
    given = {
        **bench.context.playing(),
        "gameplay": bench.terms.base,
        "scaffold": str(bench.scaffold.absolute()),
    }
    names = ",".join(bench.terms.tasks)
    return forecast(plan(bench.terms.suite, seeds, tasks=names, out=run, given=given), prices)


def _add(one: Forecast, other: Forecast) -> Forecast:
    usd = None if one.usd is None or other.usd is None else one.usd + other.usd
    return Forecast(
        episodes=one.episodes + other.episodes,
        done=one.done + other.done,
        calls=one.calls + other.calls,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        usd=usd,
        basis={**one.basis, **other.basis},
    )
