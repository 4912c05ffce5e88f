"""The gate: does a challenger truly beat the incumbent, or was it lucky?

The paper keeps a revision whose mean on a few seeds is strictly greater; with nothing changed and
six attempts that accepts 85 % of all revisions. Here both play twin worlds, so scores are paired,
and the default rule is the exact one-sided sign-flip test: if the change did nothing, each pair's
gap could as well have had the other sign. docs/gate.md has the figures.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from automem_graph.protocols import Frozen

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

RuleName = Literal["sign_flip", "strict_mean"]

DUST = 1e-9
"""Gaps, means and sums this near 0 are 0: thirds and 22nds add up to nothing only nearly."""
EXACT = 40
"""Gaps other than 0 of which all sign flips are counted: 2^20 sums for each half."""
FLIPS = 100_000
"""Sign flips of which the p is made where there are more gaps."""
_BLOCK = 1000


class Rule(Frozen):
    """How gaps are judged: by the sign-flip test below `p`, or by their mean alone (the paper)."""

    name: RuleName = "sign_flip"
    p: float = 0.10

    @property
    def fresh(self) -> Rule:
        """The rule of the confirmation on fresh worlds: twice the p.

        Both together let pass p * 2p of what changes nothing: with six attempts and 0.10 at most
        12 % of all revisions.
        """
        return self.model_copy(update={"p": 2 * self.p})


class Judged(Frozen):
    """What the gate found. `mean` is of the gaps, `p` one-sided; `passed` follows from the rule."""

    rule: Rule
    n: int
    mean: float
    p: float
    passed: bool


def judge(gaps: Sequence[float], rule: Rule) -> Judged:
    """Judge at least one pair's gap (challenger - incumbent)."""
    mean, p = statistics.fmean(gaps), sign_flip_p(gaps)
    better = mean > DUST
    passed = better if rule.name == "strict_mean" else better and p < rule.p
    return Judged(rule=rule, n=len(gaps), mean=mean, p=p, passed=passed)


def can_still_win(gaps: Sequence[float], at_best: Sequence[float], rule: Rule) -> bool:
    """Whether gaps seen so far could still pass if the rest were as good as they can be at all.

    `at_best` is the greatest possible gap of each pair that is not played out: 1 - the incumbent's
    score. False is final: a greater gap never lowers the mean and never raises the p (see
    `sign_flip_p`), so that what does not pass at its best passes at nothing less. Where p is drawn
    this holds to within the draw's error, about 0.001.
    """
    return judge([*gaps, *at_best], rule).passed


def sign_flip_p(gaps: Sequence[float]) -> float:
    """One-sided p of the mean gap: the share of all 2^n sign flips whose mean is as great.

    A flip's sum is as great exactly where the gaps that it turns round sum to 0 or less. So p is
    the share of all subsets of the gaps whose sum is at most 0: no gap that grows can raise it, and
    it is 1 / 2^n or more. It is exact, and gaps of 0 change nothing, up to `EXACT` others; beyond
    that it is a seeded draw in which the gaps themselves count, so that it is never 0.
    """
    moved = sorted(gap for gap in gaps if abs(gap) > DUST)
    if len(moved) > EXACT:
        return _drawn_p(gaps)
    import numpy as np  # heavy, and only the gate needs it

    one, other = np.sort(_subset_sums(moved[::2])), np.sort(_subset_sums(moved[1::2]))
    at_most_0 = np.searchsorted(other, DUST - one, side="right").sum()
    return math.ldexp(int(at_most_0), -len(moved))


def _subset_sums(gaps: Sequence[float]) -> NDArray[float64]:
    """The sums of all subsets, the empty one included."""
    import numpy as np

    sums = np.zeros(1)
    for gap in gaps:
        sums = np.concatenate([sums, sums + gap])
    return sums


def _drawn_p(gaps: Sequence[float]) -> float:
    """The same of subsets that are drawn. They depend on n alone: a gap that grows meets the same.

    Sorted, because the order in which episodes end must not matter.
    """
    import numpy as np

    ranked, rng = np.sort(gaps), np.random.default_rng(0)
    at_most_0 = 1  # the gaps as they are: nothing turned round
    for start in range(1, FLIPS, _BLOCK):
        turned = rng.random((min(_BLOCK, FLIPS - start), ranked.size)) < 0.5
        at_most_0 += int(np.count_nonzero(turned @ ranked <= DUST))
    return at_most_0 / FLIPS
