"""Tasks with only so many worlds: who plays which of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.evaluation.seeds import BadSeeds
from automem_graph.evaluation.suite import default_seeds
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.gate import Rule, judge
from automem_graph.structure.parting import fresh, least, part
from automem_graph.structure.terms import Terms, folder_of, keep_terms, terms_of
from support.evolutions import terms

FLIP, MEAN = Rule(), Rule(name="strict_mean")


@given(
    worlds=st.integers(1, 400),
    rule=st.builds(
        Rule, name=st.sampled_from(["sign_flip", "strict_mean"]), p=st.floats(0.001, 0.5)
    ),
    most=st.sampled_from([10, 24]),
)
def test_nobody_plays_anothers_worlds_and_each_set_can_be_won(worlds: int, rule: Rule, most: int):
    try:
        gate, held_out = part("some", worlds, rule, most)
    except BadSeeds:
        assert worlds < 2 * least(rule) + least(rule.fresh) + 1
        return
    given_ = terms(seeds=gate, held_out=held_out, worlds=worlds, rule=rule)
    sets = [gate, held_out]
    while drawn := given_.fresh(len(sets) - 2):
        sets.append(drawn)
    assert len(sets) > 2
    every = [seed for one in sets for seed in one]
    assert len(every) == len({*every})
    assert {*every} <= {*range(worlds)}
    assert all(list(one) == sorted(one) for one in sets)
    assert judge([1.0] * len(gate), rule).passed
    assert all(judge([1.0] * len(one), rule.fresh).passed for one in sets[2:])
    assert not given_.fresh(len(sets)) + given_.fresh(len(sets) + 1)


@pytest.mark.parametrize(
    ("worlds", "most", "sizes"),
    [
        (10, 24, [4, 3, 3]),
        (30, 24, [10, 10, 5, 5]),
        (60, 24, [20, 20, 10, 10]),
        (30, 10, [10, 10, 5, 5]),
        (60, 10, [10, 10, 10, 10, 10, 10]),
    ],
)
def test_a_third_each_and_the_rest_for_confirmations(worlds: int, most: int, sizes: list[int]):
    gate, held_out = part("some", worlds, FLIP, most)
    found = [gate, held_out]
    while drawn := fresh(worlds, FLIP, gate, held_out, len(found) - 2):
        found.append(drawn)
    assert [len(one) for one in found] == sizes
    assert gate != tuple(range(len(gate)))  # a file's first lines may be all of one kind


def test_what_is_said_is_respected_and_the_rest_is_parted():
    gate, held_out = part("some", 20, FLIP, 24, gate=(0, 1, 2, 3, 4))
    assert gate == (0, 1, 2, 3, 4)
    assert len(held_out) == 6
    assert not {*gate} & {*held_out}
    gate, held_out = part("some", 20, FLIP, 24, held_out=(0, 1))
    assert (len(gate), held_out) == (6, (0, 1))
    assert not {0, 1} & {*gate}


@pytest.mark.parametrize(
    ("worlds", "given_", "said"),
    [
        (7, {}, "some has 7 worlds; the gate's 4 and 1 held-out ones leave 2, and a confirmation"),
        (20, {"gate": tuple(range(18))}, "gate's 18 and 1 held-out ones leave 1, and .* needs 9"),
        (20, {"gate": (0, 1, 2, 3), "held_out": tuple(range(4, 19))}, "leave 1, and .* needs 3:"),
    ],
)
def test_too_few_worlds_are_refused_with_what_they_would_be_for(worlds, given_, said):
    with pytest.raises(BadSeeds, match=said):
        part("some", worlds, FLIP, 24, **given_)


def test_the_papers_rule_needs_three_worlds():
    assert sorted(map(len, part("some", 3, MEAN, 24))) == [1, 1]


# --- as terms -------------------------------------------------------------------------------------


@pytest.fixture
def few() -> str:
    """A task of 30 worlds."""
    text = "from automem_graph.worlds.adapt import as_task\n"
    text += "FEW = as_task(dict, name='f', title='f', instructions='', actions=('a',), max_steps=1"
    Path("thirty_worlds.py").write_text(f"{text}, worlds=30)\n")
    return "thirty_worlds:FEW"


def asked(suite: str, **given_: str) -> Terms:
    context = EvolveContext(suite=suite, **given_)
    return terms_of(context, load_scaffold(context.scaffold))[0]


def test_a_run_on_few_worlds_parts_them_and_one_of_any_seeds_does_not(few: str):
    found = asked(few)
    assert (found.worlds, len(found.gate), len(found.held_out)) == (30, 10, 10)
    assert len(found.fresh(0)) == len(found.fresh(1)) == 5
    assert found.fresh(2) == ()
    assert asked("crafter").worlds is None
    with pytest.raises(BadSeeds, match="has 30 worlds, seeds 0 to 29: there is no seed 30"):
        asked(few, held_out_seeds="28-42")
    with pytest.raises(BadSeeds, match="3 worlds cannot show a p below"):
        asked(few, gate_seeds="0-2")


def test_held_out_worlds_cannot_change_where_the_fresh_ones_are_the_rest(few: str):
    one, other = asked(few), asked(few, held_out_seeds="0-1", gate_seeds="20-25")
    context = EvolveContext(suite=few)
    assert folder_of(context, one) != folder_of(context, other)
    same_gate = one.model_copy(update={"held_out": one.held_out[:3]})
    assert folder_of(context, one) != folder_of(context, same_gate)
    folder = folder_of(context, one)
    keep_terms(folder, one)
    with pytest.raises(Exception, match="holds a run with another held_out"):
        keep_terms(folder, same_gate)


def test_all_that_there_are_are_evaluated(few: str):
    assert default_seeds(few) == tuple(range(30))
    assert default_seeds("crafter") == tuple(range(42, 52))
    assert default_seeds("minihack") == tuple(range(42, 47))
