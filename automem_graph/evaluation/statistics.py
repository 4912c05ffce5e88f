"""The arithmetic of results: means with their standard errors, and paired differences.

The paper reports means ± standard error = population SD / sqrt n (paper, tables 1 and 2).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from automem_graph.protocols import Frozen

RESAMPLES = 20_000
FLIPS = 99_999
"""Sign flips that are drawn at most; where there are fewer ways to flip, all of them are tried."""


class Estimate(Frozen):
    """A mean over episodes with its standard error, in the unit of what was averaged."""

    mean: float
    error: float
    n: int


class Difference(Frozen):
    """What pairs of episodes say about one minus the other, in the unit of what was paired."""

    n: int
    mean: float
    low: float | None
    """The lower end of the 95 % interval; None for a single pair, which tells no spread."""
    high: float | None
    p: float
    """Two-sided: how often the mean would be as far from 0 if each pair's sign were a coin's."""


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and standard error of at least one value."""
    error = statistics.pstdev(values) / math.sqrt(len(values))
    return Estimate(mean=statistics.fmean(values), error=error, n=len(values))


def difference(gaps: Sequence[float]) -> Difference:
    """The mean of at least one paired gap, its bootstrapped interval, its sign-flip p.

    Resampling is seeded: the same gaps always give the same figures. The interval is the
    percentile bootstrap's. Up to 16 pairs the p is exact, beyond it is a draw of `FLIPS` flips,
    which with the gaps themselves counted is never 0.
    """
    mean = statistics.fmean(gaps)
    if len(gaps) == 1:
        return Difference(n=1, mean=mean, low=None, high=None, p=1.0)
    import numpy as np  # heavy, and only comparisons need it
    from scipy import stats

    low, high = interval(gaps)
    flips = stats.permutation_test(
        (np.asarray(gaps, dtype=float),), np.mean, permutation_type="samples", n_resamples=FLIPS,
        batch=10_000, rng=np.random.default_rng(0),
    )  # fmt: skip
    return Difference(n=len(gaps), mean=mean, low=low, high=high, p=float(flips.pvalue))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of at least two values, by the percentile bootstrap.

    Resampling is seeded: the same values always give the same interval.
    """
    import numpy as np
    from scipy import stats

    found = stats.bootstrap(
        (np.asarray(values, dtype=float),), np.mean, n_resamples=RESAMPLES, method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)
