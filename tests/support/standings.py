"""Players of loop 2 as they stand on some seeds, without anybody having played."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automem_graph.evaluation.statistics import estimate
from automem_graph.proficiency.standing import MEASURES, Measured, Standing

HABITS = {
    "writes": 0.5, "searches": 0.25, "writes_per_search": 2.0, "repeated_writes": 0.4,
    "duplicate_lines": 0.3, "searches_that_find": 0.2, "failed_calls": 0.01,
}  # fmt: skip
"""Of a base model that is not very good at it."""

BETTER = {
    "writes": 0.25, "searches": 0.5, "writes_per_search": 0.5, "repeated_writes": 0.05,
    "duplicate_lines": 0.04, "searches_that_find": 0.4,
}  # fmt: skip


def stands(name: str, earned: Sequence[float] = (0.2, 0.4, 0.3, 0.1), **habits: Any) -> Standing:
    """A player with these habits, on seeds from 1 on."""
    told = {**dict.fromkeys(MEASURES, 0.0), **HABITS, **habits}
    return Standing(
        name=name,
        progression=estimate(earned),
        measures={
            measure: Measured(mean=value, error=0.01, n=len(earned))
            for measure, value in told.items()
        },
        by_seed=dict(enumerate(earned, start=1)),
    )
