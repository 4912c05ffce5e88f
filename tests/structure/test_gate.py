"""The gate, held against counting, against scipy, and against simulated luck."""

import runpy
from collections import Counter
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from automem_graph.structure.gate import (
    EXACT,
    FLIPS,
    Rule,
    can_still_win,
    judge,
    sign_flip_p,
)

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "gate.py"
PAPER = Rule(name="strict_mean")
RULES = st.one_of(st.just(PAPER), st.floats(0.01, 0.9).map(lambda p: Rule(p=p)))
ACHIEVEMENTS = st.integers(0, 22)
GAP = st.integers(-22, 22)
GAPS = st.lists(GAP, min_size=1, max_size=30)
MANY = st.lists(GAP.filter(bool), min_size=EXACT + 1, max_size=EXACT + 20)
"""Of these p is drawn, not counted."""


def share(gaps: list[int]) -> list[float]:
    return [gap / 22 for gap in gaps]


def counted_p(gaps: list[int]) -> float:
    """By definition, in whole numbers: of all sign flips those whose sum is as great."""
    sums = Counter({0: 1})
    for gap in gaps:
        flipped: Counter[int] = Counter()
        for total, ways in sums.items():
            flipped[total + gap] += ways
            flipped[total - gap] += ways
        sums = flipped
    return sum(ways for total, ways in sums.items() if total >= sum(gaps)) / 2 ** len(gaps)


@given(GAPS)
def test_p_is_the_share_of_flips_as_great(gaps: list[int]):
    assert sign_flip_p(share(gaps)) == counted_p(gaps)


@pytest.mark.parametrize("n", range(2, 13))
def test_p_is_scipys(n: int):
    gaps = np.random.default_rng(n).normal(0.1, 0.2, n)
    found = stats.permutation_test(
        (gaps,), np.mean, permutation_type="samples", alternative="greater"
    )
    assert sign_flip_p(gaps.tolist()) == pytest.approx(found.pvalue)


@pytest.mark.parametrize(
    ("gaps", "p"),
    [([0.3], 1 / 2), ([-0.3], 1), ([0.1] * 4, 1 / 16), ([0.1] * EXACT, 2**-EXACT), ([0.0] * 99, 1)],
)
def test_p_of_known_gaps(gaps: list[float], p: float):
    assert sign_flip_p(gaps) == p
    assert sign_flip_p([*gaps, 0.0, 0.0]) == p


@given(GAPS, st.randoms(use_true_random=False))
def test_p_is_a_share_that_no_order_changes(gaps: list[int], random):
    p = sign_flip_p(share(gaps))
    assert 2 ** -len(gaps) <= p <= 1
    random.shuffle(gaps)
    assert sign_flip_p(share(gaps)) == p


@given(GAPS, st.data())
def test_no_gap_that_grows_raises_p(gaps: list[int], data):
    at = data.draw(st.integers(0, len(gaps) - 1))
    grown = [*gaps[:at], gaps[at] + data.draw(ACHIEVEMENTS), *gaps[at + 1 :]]
    assert sign_flip_p(share(grown)) <= sign_flip_p(share(gaps))


@settings(max_examples=20)
@given(MANY, st.data())
def test_a_p_that_is_drawn_keeps_what_holds_for_a_counted_one(gaps: list[int], data):
    p = sign_flip_p(share(gaps))
    assert 1 / FLIPS <= p <= 1
    assert p == pytest.approx(counted_p(gaps), abs=0.01)
    assert sign_flip_p(share(gaps[::-1])) == p
    at = data.draw(st.integers(0, len(gaps) - 1))
    grown = [*gaps[:at], abs(gaps[at]), *gaps[at + 1 :]]
    assert sign_flip_p(share(grown)) <= p


def test_the_default_asks_for_a_p_below_one_in_ten():
    won = judge([0.1] * 4, Rule())
    assert (won.n, won.mean, won.p, won.passed) == (4, pytest.approx(0.1), 1 / 16, True)
    assert not judge([0.5] * 3, Rule()).passed
    assert not judge([0.1] * 4, Rule(p=1 / 16)).passed
    assert not judge([-0.1, 0.0], Rule(p=2.0)).passed


def test_the_papers_rule_asks_for_a_greater_mean_and_no_more():
    assert judge([1.0, -20 / 22], PAPER).passed
    assert sum([0.1, 0.2, -0.3]) > 0
    assert not judge([0.1, 0.2, -0.3], PAPER).passed
    assert not judge([0.0, 0.0], PAPER).passed


@given(st.lists(st.tuples(ACHIEVEMENTS, ACHIEVEMENTS), min_size=1, max_size=12), RULES)
def test_whoever_is_stopped_would_not_have_passed(pairs: list[tuple[int, int]], rule: Rule):
    gaps = share([after - before for before, after in pairs])
    best = share([22 - before for before, _ in pairs])
    alive = [can_still_win(gaps[:seen], best[seen:], rule) for seen in range(len(pairs) + 1)]
    assert alive[-1] == judge(gaps, rule).passed
    assert alive == list(accumulate(alive, min)), "what is lost stays lost"


def test_a_challenger_is_stopped_as_soon_as_it_cannot_win():
    best = [0.3] * 24
    assert can_still_win([], best, Rule())
    assert can_still_win([-0.7] * 3, best[3:], Rule())
    assert not can_still_win([-0.7] * 9, best[9:], Rule())
    assert can_still_win([-0.3] * 11, best[11:], PAPER)
    assert not can_still_win([-0.3] * 12, best[12:], PAPER)


def test_a_populations_luck_is_kept_no_more_often_than_six_attempts_may_be():
    bench = runpy.run_path(str(BENCHMARK))
    found = bench["populate"](bench["recorded"](), 0.0, 0.5, 60)
    kept = bench["per_revision"](found)
    assert kept.hits / kept.of < 0.12 + 3 * kept.error


def test_simulated_luck_is_rarely_kept_and_a_gain_mostly():
    """A small draw of what docs/gate.md publishes, by the same code."""
    bench = runpy.run_path(str(BENCHMARK))
    scores, designs = bench["recorded"](), bench["DESIGNS"]

    def kept(design: str, effect: float, of: str = "per_revision") -> float:
        found = bench[of](bench["simulate"](designs[design], scores, effect, 200))
        return found.hits / found.of

    assert len(scores) == 120
    assert kept("sign_flip, confirmed", 0.0) <= 0.12
    assert 0.2 <= kept("sign_flip", 0.0) <= 0.45
    assert kept("strict_mean", 0.0) >= 0.75
    assert kept("sign_flip, confirmed", 0.5, "per_attempt") >= 0.65
    assert kept("sign_flip, confirmed", 1.0, "per_attempt") >= 0.95
