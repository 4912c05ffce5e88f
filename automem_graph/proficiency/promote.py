"""Which adapter is promoted, if any: memory kept better at no loss, or more progress made.

An adapter must beat the base and the control alike: what training on any turns at all does, such as
learning the grammar better, is no merit of a recipe.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from pydantic import ConfigDict

from automem_graph.proficiency.ledger import BASE, RANDOM
from automem_graph.proficiency.standing import Standing
from automem_graph.protocols import Frozen
from automem_graph.structure.gate import Judged, Rule, judge

SURE = 0.95
"""Confidence of the one-sided bound below the mean gap."""

FAILED_CALLS = 0.02
"""By how much the share of failed calls may be above the base's."""


class Verdict(Frozen):
    """How an adapter stands to the base and to the control."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    name: str
    gain: Judged
    """Progression minus the base's, paired by seed, by the sign-flip test."""
    low: float
    """The mean gap is above this, as sure as `SURE`."""
    inferior: bool
    """Whether `low` is not above minus the margin."""
    progressed: bool
    """Whether its progression is significantly better, than the base's and than the control's."""
    lacks: tuple[str, ...]
    """What is not better about how it keeps memory, a phrase each."""

    @property
    def passed(self) -> bool:
        return self.progressed or not (self.inferior or self.lacks)


class Promotion(Frozen):
    """What came of it."""

    name: str = ""
    """The adapter; empty where none is promoted."""
    why: str
    """One sentence."""
    verdicts: tuple[Verdict, ...] = ()


def promote(
    base: Standing | None, control: Standing | None, adapters: Sequence[Standing], margin: float
) -> Promotion:
    """The best of the adapters that pass, or none; all have played the same worlds."""
    if not adapters:
        return Promotion(why="none: no trial came to its end, and the ledger says why")
    if base is None or control is None:
        missing = RANDOM if base else BASE
        return Promotion(why=f"none: there is no control {missing} to compare with")
    verdicts = tuple(examine(one, base, control, margin) for one in adapters)
    stands = {one.name: one for one in adapters}
    passed = [one for one in verdicts if one.passed]
    if not passed:
        return Promotion(why=f"none: {'; '.join(map(_refused, verdicts))}", verdicts=verdicts)
    best = min(passed, key=lambda one: _rank(one, stands[one.name]))
    why = _praised(best, stands[best.name], base, control, margin)
    return Promotion(name=best.name, why=why, verdicts=verdicts)


def examine(adapter: Standing, base: Standing, control: Standing, margin: float) -> Verdict:
    """An adapter's verdict, from seeds that all three have played."""
    gaps, over_control = _gaps(adapter, base), _gaps(adapter, control)
    gain = judge(gaps, Rule())
    low = lower_bound(gaps)
    return Verdict(
        name=adapter.name,
        gain=gain,
        low=low,
        inferior=low <= -margin,
        progressed=gain.passed and judge(over_control, Rule()).passed,
        lacks=(*lacking(adapter, base), *lacking(adapter, control)),
    )


def lower_bound(gaps: Sequence[float]) -> float:
    """A bound that the true mean gap is above with `SURE` confidence, by Student's t.

    Minus infinity for a single gap, which tells no spread.
    """
    mean, n = statistics.fmean(gaps), len(gaps)
    if n == 1:
        return -math.inf
    from scipy import stats  # heavy, and only promotion needs it

    error = statistics.stdev(gaps) / math.sqrt(n)
    return mean - float(stats.t.ppf(SURE, n - 1)) * error


def lacking(adapter: Standing, other: Standing) -> list[str]:
    """What is not better about an adapter's memory than about another's, a phrase each."""
    ours, theirs = adapter.behaviour, other.behaviour
    found = []
    if not ours.writes:
        found.append("it writes nothing")
    repeats = (ours.repeated_writes, theirs.repeated_writes)
    doubles = (ours.duplicate_lines, theirs.duplicate_lines)
    if (
        repeats[0] > repeats[1]
        or doubles[0] > doubles[1]
        or (repeats, doubles)
        == (
            repeats[::-1],
            doubles[::-1],
        )
    ):
        found.append(
            f"repeated writes {repeats[0]:.1%} and duplicate lines {doubles[0]:.1%} are not below "
            f"{other.name}'s {repeats[1]:.1%} and {doubles[1]:.1%}"
        )
    if ours.writes_per_search >= theirs.writes_per_search:
        found.append(
            f"writes per search {ours.writes_per_search:.2f} are not below {other.name}'s "
            f"{theirs.writes_per_search:.2f}"
        )
    if ours.searches_that_find < theirs.searches_that_find:
        found.append(
            f"searches that find something are {ours.searches_that_find:.2f} a step, "
            f"{other.name}'s {theirs.searches_that_find:.2f}"
        )
    if ours.failed_calls > theirs.failed_calls + FAILED_CALLS:
        found.append(
            f"failed calls are {ours.failed_calls:.1%}, {other.name}'s {theirs.failed_calls:.1%}"
        )
    return found


def _gaps(one: Standing, other: Standing) -> list[float]:
    return [one.by_seed[seed] - other.by_seed[seed] for seed in one.by_seed]


def _rank(verdict: Verdict, one: Standing) -> tuple[float, ...]:
    """Least is best: more progress that is sure, then fewest repeats, then least writing."""
    ours = one.behaviour
    progress = -verdict.gain.mean if verdict.progressed else 0.0
    return (progress, ours.repeated_writes + ours.duplicate_lines, ours.writes_per_search)


def _praised(
    verdict: Verdict, one: Standing, base: Standing, control: Standing, margin: float
) -> str:
    gain = f"{100 * verdict.gain.mean:+.1f} points of progression"
    if verdict.progressed:
        return f"{one.name}: {gain} on {verdict.gain.n} seeds, p {verdict.gain.p:.4f}"
    ours, theirs, random = one.behaviour, base.behaviour, control.behaviour
    return (
        f"{one.name}: repeated writes {ours.repeated_writes:.1%} (base "
        f"{theirs.repeated_writes:.1%}, random {random.repeated_writes:.1%}), writes per search "
        f"{ours.writes_per_search:.2f} ({theirs.writes_per_search:.2f}, "
        f"{random.writes_per_search:.2f}), and {gain}, above "
        f"{100 * verdict.low:+.1f} for {SURE:.0%} sure, with a margin of {100 * margin:g}"
    )


def _refused(verdict: Verdict) -> str:
    reasons = list(verdict.lacks[:2])
    if verdict.inferior:
        reasons.append(
            f"its progression may be inferior: {100 * verdict.gain.mean:+.1f} points on "
            f"{verdict.gain.n} seeds, surely above {100 * verdict.low:+.1f} only"
        )
    return f"{verdict.name}: {', and '.join(reasons)}"
