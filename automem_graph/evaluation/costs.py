"""What the episodes of an evaluation have cost, by model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from automem_graph.episodes.identity import Cast
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.spending import spending
from automem_graph.models.budget import Price
from automem_graph.models.resolve import OFFLINE
from automem_graph.protocols import Frozen


class Cost(Frozen):
    """What one model's calls have cost, in all sittings."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    """None for a model without a price."""


def costs(
    asked: Cast, episodes: Iterable[EpisodeFolder], prices: Mapping[str, Price]
) -> tuple[Cost, ...]:
    """The cost of each model; nothing is said of models that are free."""
    if all(name.startswith(OFFLINE) for name in (asked.gameplay, asked.specialist) if name):
        return ()
    return tuple(
        Cost(**one.model_dump(), usd=one.cost(prices))
        for one in spending(episodes)
        if not one.model.startswith(OFFLINE)
    )


def total(found: Sequence[Cost]) -> float | None:
    """US dollars of all models together; None where one of them has no price."""
    known = [one.usd for one in found if one.usd is not None]
    return sum(known) if len(known) == len(found) else None
