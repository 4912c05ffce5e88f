"""What a run of a loop may still cost: a budget less what its folder tells was spent already."""

from __future__ import annotations

import time
from collections.abc import Iterable

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.spending import spending
from automem_graph.models.budget import Budget, price_of
from automem_graph.structure.lineage import Spent


class Unfinished(RuntimeError):
    """The loop cannot go on now, through no fault of a candidate; the same command goes on."""


def budget_left(
    budget: Budget, since: float, played: Iterable[EpisodeFolder], meta: str, asked_meta: Spent
) -> Budget:
    """The budget less these episodes, and less what the meta-LLM `meta` was asked for.

    `since` is when this sitting began, on the clock of `time.monotonic`. Raises Unfinished where
    nothing is left.
    """
    tokens, cost = _spent(budget, played, meta, asked_meta)
    hours = (time.monotonic() - since) / 3600
    limits = (
        ("max_tokens", budget.max_tokens, tokens, "{:,} tokens"),
        ("max_cost", budget.max_cost, cost, "${:,.2f}"),
        ("max_hours", budget.max_hours, hours, "{:g} hours"),
    )
    left: dict[str, float] = {}
    for name, most, used, said in limits:
        if most is not None and used >= most:
            raise Unfinished(
                f"the budget of {said.format(most)} is used up; the same command with a "
                "larger one goes on"
            )
        if most is not None:
            left[name] = most - used
    return budget.model_copy(update=left)


def _spent(
    budget: Budget, played: Iterable[EpisodeFolder], meta: str, asked_meta: Spent
) -> tuple[int, float]:
    """Tokens and US dollars."""
    each, price = spending(played), price_of(meta, budget.prices)
    tokens = sum(one.input_tokens + one.output_tokens for one in each)
    cost = sum(one.cost(budget.prices) or 0.0 for one in each)
    tokens += asked_meta.input_tokens + asked_meta.output_tokens
    if price is not None:
        cost += price.of(asked_meta.input_tokens, asked_meta.output_tokens)
    return tokens, cost
