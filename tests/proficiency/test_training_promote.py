"""Which adapter is promoted: better memory at no loss, or more progress, against both controls."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from automem_graph.proficiency.promote import Promotion, examine, lower_bound, promote
from support.standings import BETTER, stands

BASE, RANDOM = stands("base"), stands("random")
SAME = (0.2, 0.4, 0.3, 0.1)


def test_memory_that_is_kept_better_at_no_loss_is_promoted():
    found = promote(BASE, RANDOM, [stands("t1", **BETTER)], margin=0.05)
    assert found.name == "t1"
    assert found.why == (
        "t1: repeated writes 5.0% (base 40.0%, random 40.0%), writes per search 0.50 (2.00, 2.00), "
        "and +0.0 points of progression, above +0.0 for 95% sure, with a margin of 5"
    )
    (verdict,) = found.verdicts
    assert (verdict.passed, verdict.inferior, verdict.progressed) == (True, False, False)


@pytest.mark.parametrize(
    ("habits", "lacks"),
    [
        ({"writes": 0.0, "writes_per_search": 0.0}, "it writes nothing"),
        ({"repeated_writes": 0.41}, "repeated writes 41.0% and duplicate lines 4.0% are not below"),
        ({"repeated_writes": 0.4, "duplicate_lines": 0.3}, "are not below base's 40.0% and 30.0%"),
        ({"writes_per_search": 2.0}, "writes per search 2.00 are not below base's 2.00"),
        ({"writes_per_search": math.inf}, "writes per search inf are not below"),
        ({"searches_that_find": 0.1}, "searches that find something are 0.10 a step, base's 0.20"),
        ({"failed_calls": 0.04}, "failed calls are 4.0%, base's 1.0%"),
    ],
)
def test_each_condition_of_better_memory_is_needed(habits, lacks):
    found = promote(BASE, RANDOM, [stands("t1", **{**BETTER, **habits})], margin=0.05)
    assert found.name == ""
    assert found.why.startswith("none: t1: ")
    assert any(lacks in one for one in found.verdicts[0].lacks)


def test_fewer_repeats_alone_are_enough_where_duplicates_are_no_more():
    for habits in ({"repeated_writes": 0.4}, {"duplicate_lines": 0.3}):
        assert promote(BASE, RANDOM, [stands("t1", **{**BETTER, **habits})], margin=0.05).name


def test_what_random_turns_do_as_well_is_no_merit():
    found = promote(BASE, stands("random", **BETTER), [stands("t1", **BETTER)], margin=0.05)
    assert found.name == ""
    assert all("random" in one for one in found.verdicts[0].lacks)


def test_progression_that_may_be_inferior_is_refused_whatever_memory_is_like():
    worse = stands("t1", [earned - 0.1 for earned in SAME], **BETTER)
    found = promote(BASE, RANDOM, [worse], margin=0.05)
    assert found.why == (
        "none: t1: its progression may be inferior: -10.0 points on 4 seeds, surely above -10.0 "
        "only"
    )
    assert promote(BASE, RANDOM, [worse], margin=0.2).name == "t1"
    scattered = stands("t1", (0.5, 0.1, 0.4, 0.0), **BETTER)  # the same mean, and who knows
    assert promote(BASE, RANDOM, [scattered], margin=0.05).verdicts[0].inferior


def test_progress_that_is_sure_is_enough_and_comes_first():
    progressed = stands("t2", [earned + 0.2 for earned in SAME], repeated_writes=0.9)
    found = promote(BASE, RANDOM, [stands("t1", **BETTER), progressed], margin=0.05)
    assert found.name == "t2"
    assert found.why == "t2: +20.0 points of progression on 4 seeds, p 0.0625"
    as_random = stands("random", [earned + 0.2 for earned in SAME])
    assert promote(BASE, as_random, [progressed], margin=0.05).name == ""


def test_the_best_of_those_that_pass_repeats_least():
    few, fewer = stands("t1", **BETTER), stands("t2", **{**BETTER, "repeated_writes": 0.01})
    assert promote(BASE, RANDOM, [few, fewer], margin=0.05).name == "t2"
    assert promote(BASE, RANDOM, [few, stands("t2", **BETTER)], margin=0.05).name == "t1"


def test_without_trials_or_controls_none_is_promoted():
    assert promote(BASE, RANDOM, [], 0.05).why == (
        "none: no trial came to its end, and the ledger says why"
    )
    for base, control, missing in ((None, RANDOM, "base"), (BASE, None, "random")):
        found = promote(base, control, [stands("t1", **BETTER)], 0.05)
        assert found.why == f"none: there is no control {missing} to compare with"


def test_a_single_seed_tells_no_bound_and_a_verdict_can_be_written():
    assert lower_bound([0.3]) == -math.inf
    verdict = examine(stands("t1", [0.3], **BETTER), stands("base", [0.3]), stands("r", [0.3]), 1.0)
    assert verdict.inferior
    kept = Promotion(why="none", verdicts=(verdict,))
    assert Promotion.model_validate_json(kept.model_dump_json()) == kept


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30))
def test_the_bound_is_the_lower_end_of_students_interval(gaps):
    low = lower_bound(gaps)
    mean = sum(gaps) / len(gaps)
    assert low <= mean + 1e-9
    if mean - low > 1e-9:
        p = stats.ttest_1samp(gaps, low, alternative="greater").pvalue
        assert p == pytest.approx(0.05, rel=1e-3)
