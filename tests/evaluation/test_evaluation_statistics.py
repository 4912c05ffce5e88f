"""The arithmetic of results, held against published figures and against what must be true."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.evaluation.statistics import difference, estimate

GAPS = st.lists(st.floats(-1, 1).map(lambda gap: round(gap, 3)), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("successes", "published"),
    [
        (1, "2.50 ± 2.47"),
        (3, "7.50 ± 4.16"),
        (4, "10.00 ± 4.74"),
        (11, "27.50 ± 7.06"),
        (12, "30.00 ± 7.25"),
        (16, "40.00 ± 7.75"),
    ],
)
def test_the_papers_minihack_figures_are_successes_of_forty(successes: int, published: str):
    found = estimate([1.0] * successes + [0.0] * (40 - successes))
    assert f"{100 * found.mean:.2f} ± {100 * found.error:.2f}" == published
    assert found.n == 40


def test_thirteen_achievements_of_twenty_two():
    found = estimate([13 / 22])
    assert (f"{100 * found.mean:.2f}", found.error, found.n) == ("59.09", 0.0, 1)


def test_the_interval_and_the_p_of_a_known_sample():
    """All eight gaps point the same way: 2 of 2^8 flips are as far out."""
    found = difference([0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4])
    assert found.mean == pytest.approx(0.25)
    assert found.p == pytest.approx(2 / 2**8)
    assert found.low is not None
    assert found.high is not None
    assert 0.15 < found.low < 0.25 < found.high < 0.35


def test_a_large_sample_is_drawn_and_never_certain():
    found = difference([0.1, 0.2] * 20)
    assert 0 < found.p < 1e-4
    assert difference([0.1, -0.1] * 20).p == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("gaps", [[0.0], [0.3], [0.0, 0.0], [0.0] * 40, [0.3, 0.3]])
def test_small_and_constant_samples_have_figures(gaps: list[float]):
    found = difference(gaps)
    assert found.n == len(gaps)
    assert found.mean == pytest.approx(gaps[0])
    assert found.p == pytest.approx({1: 1.0, 2: 0.5 if gaps[0] else 1.0}.get(len(gaps), 1.0))
    if len(gaps) == 1:
        assert found.low is None
    else:
        assert found.low == found.high == pytest.approx(gaps[0])


@settings(max_examples=30, deadline=None)
@given(GAPS)
def test_what_holds_for_any_gaps(gaps: list[float]):
    found, mirrored = difference(gaps), difference([-gap for gap in gaps])
    assert 0 < found.p <= 1
    assert found.p == pytest.approx(mirrored.p)
    assert found.mean == pytest.approx(-mirrored.mean)
    assert difference(gaps) == found
    if found.low is not None and found.high is not None:
        assert min(gaps) - 1e-9 <= found.low <= found.high <= max(gaps) + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_error_is_the_population_deviation_by_the_root_of_n(values: list[float]):
    found = estimate(values)
    spread = math.sqrt(sum((value - found.mean) ** 2 for value in values) / len(values))
    assert found.error == pytest.approx(spread / math.sqrt(len(values)), abs=1e-12)
