"""What is still to be played of a run of loop 2: an estimate, before it is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Protocol

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
    given = {
        **bench.context.playing(),
        "gameplay": terms.gameplay,
        "scaffold": str(bench.scaffold.absolute()),
    }
    unplayed = bench.folder.path / "unplayed"
    return expect(
        terms,
        given,
        [
            Part(terms.collect, bench.folder.collected.path),
            Part(terms.trial, unplayed, left + controls),
            Part(terms.held_out, unplayed, ENDS),
        ],
        prices,
    )


NOTHING = Forecast(
    episodes=0, done=0, calls=0, input_tokens=0, output_tokens=0, usd=0.0, basis={}
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Seeds that are to be played, by so many players."""

    seeds: tuple[int, ...]
    run: Path
    """What is there is done already."""
    times: int = 1


def expect(
    terms: Asked, given: Mapping[str, Any], parts: Iterable[Part], prices: Mapping[str, Price]
) -> Forecast:
    """All episodes of these parts, played as `given` says (see `PlayContext`)."""
    names = ",".join(terms.tasks)
    found = []
    for part in parts:
        one = plan(terms.suite, part.seeds, tasks=names, out=part.run, given=given)
        found += [forecast(one, prices)] * max(0, part.times)
    return reduce(add, found, NOTHING)


class Asked(Protocol):
    """What both loops' terms say."""

    @property
    def suite(self) -> str: ...

    @property
    def tasks(self) -> Mapping[str, int]: ...


def add(one: Forecast, other: Forecast) -> Forecast:
    """Both together."""
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
