"""What episodes have cost so far, as their traces tell, and the meter for what they may cost."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.trace import whole_lines
from automem_graph.models.budget import Budget, Price, price_of
from automem_graph.models.meter import Counts, Meter
from automem_graph.protocols import Frozen


class Spent(Frozen):
    """What the calls of one model add up to."""

    model: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def cost(self, prices: Mapping[str, Price]) -> float | None:
        """US dollars; None for a model without a price."""
        price = price_of(self.model, prices)
        return None if price is None else price.of(self.input_tokens, self.output_tokens)


def spending(episodes: Iterable[EpisodeFolder]) -> tuple[Spent, ...]:
    """What the complete steps of these episodes have cost, by model.

    The steps that a fork shares with the episode that it left have cost it nothing. The calls of a
    step that was interrupted are in no trace.
    """
    sums: dict[str, list[int]] = {}
    for folder in episodes:
        lines = whole_lines(folder) if folder.trace.exists() else iter(())
        first = json.loads(next(lines, b"{}"))
        own = (first.get("parent") or {}).get("step", 0)
        for line in lines:
            row = json.loads(line)
            for call in row["calls"] if row["step"] >= own else ():
                summed = sums.setdefault(call["model"], [0, 0, 0])
                summed[0] += 1
                summed[1] += call["usage"]["input"]
                summed[2] += call["usage"]["output"]
    return tuple(
        Spent(model=model, calls=calls, input_tokens=tokens_in, output_tokens=tokens_out)
        for model, (calls, tokens_in, tokens_out) in sorted(sums.items())
    )


def counted(spent: Iterable[Spent], prices: Mapping[str, Price]) -> Counts:
    """The same as a meter counts it."""
    counts = Counts()
    for one in spent:
        counts.calls += one.calls
        counts.tokens += one.input_tokens + one.output_tokens
        counts.cost += one.cost(prices) or 0.0
    return counts


@contextmanager
def metered(
    budget: Budget | None, run: RunFolder, episodes: Iterable[EpisodeFolder]
) -> Iterator[Meter | None]:
    """The meter of a sitting that plays these episodes; None without a budget.

    Its file lies in the run's folder, where all who play the run can reach it, and goes with it.
    """
    if budget is None:
        yield None
        return
    run.path.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".meter-", dir=run.path)
    os.close(handle)
    path = Path(name).resolve()
    try:
        yield Meter.start(path, budget, counted(spending(episodes), budget.prices))
    finally:
        path.unlink(missing_ok=True)
