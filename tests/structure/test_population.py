"""The pool of a population: who is dominated, who may be a parent, and how one is drawn."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.structure.population import (
    Member,
    dominates,
    draw,
    front_of,
    pool_of,
    shares_of,
)
from support.evolutions import BROKEN, FIRST, GATE, LOST, TASK, WON

WORLDS = 4


def member(name: str, *scores: float) -> Member:
    return Member(
        name=name, scaffold=name, scores={(TASK, seed): one for seed, one in enumerate(scores)}
    )


def members(rows: Sequence[Sequence[int]]) -> list[Member]:
    return [
        member(f"v1.{number}", *(score / 3 for score in row)) for number, row in enumerate(rows)
    ]


row = st.lists(st.integers(0, 3), min_size=WORLDS, max_size=WORLDS)
pools = st.lists(row, min_size=1, max_size=8).map(members)


@given(pool=pools)
def test_whoever_is_not_on_the_front_is_beaten_or_equalled_by_somebody_who_is(pool: list[Member]):
    front = front_of(pool)
    assert front
    assert not any(dominates(one, other) for one in front for other in front)
    for one in pool:
        if one not in front:
            assert any(dominates(other, one) or other.scores == one.scores for other in front)
    assert [one for one in pool if one in front] == list(front)  # in the order of the pool


@given(pool=pools)
def test_shares_are_worlds_and_whoever_is_best_in_one_has_some(pool: list[Member]):
    front = front_of(pool)
    shares = shares_of(front)
    assert abs(sum(shares) - WORLDS) < 1e-9
    for one, share in zip(front, shares, strict=True):
        best = [key for key in one.scores if one.scores[key] == max(f.scores[key] for f in pool)]
        assert (share > 0) == bool(best)
        assert share <= len(best)


def test_domination_is_nowhere_worse_and_somewhere_better():
    better, same, other = member("a", 0.5, 1), member("b", 0.5, 0.5), member("c", 1, 0)
    assert dominates(better, same)
    assert not dominates(same, better)
    assert not dominates(same, same)
    assert not dominates(better, other)
    assert not dominates(other, better)
    twin = member("d", 0.5, 1)
    assert front_of([same, better, other, twin]) == (better, other)
    assert shares_of((better, other)) == (1, 1)
    assert shares_of((better, member("e", 0.75, 1))) == (0.5, 1.5)
    assert shares_of(()) == ()


def test_a_draw_hangs_on_its_name_alone_and_follows_the_shares():
    front = front_of([member("a", 1, 1, 1, 0), member("b", 0, 0, 0, 1)])
    assert draw(front, "brave fox v1.2") is draw(front, "brave fox v1.2")
    drawn = Counter(draw(front, f"brave fox v1.{number}").name for number in range(1000))
    assert 690 < drawn["a"] < 810  # three standard errors beside 750: the names are given
    never = [member("a", 1, 0), member("b", 0, 1), member("c", 0.5, 0.5)]
    assert {draw(front_of(never), str(number)).name for number in range(100)} == {"a", "b"}


def test_the_pool_is_whoever_has_played_all_of_the_gates_worlds():
    assert LOST.trial is not None
    stopped = LOST.trial.model_copy(update={"judged": None, "spared": 2})
    outrun = LOST.model_copy(update={"name": "v1.9", "trial": stopped})
    first = {(TASK, seed): 0.5 for seed in GATE}
    pool = pool_of((FIRST, LOST, BROKEN, WON, outrun), first)
    assert [(one.name, set(one.scores.values())) for one in pool] == [
        ("v0", {0.5}), ("v1.1", {0.4}), ("v1.3", {0.75}),
    ]  # fmt: skip
    assert all(set(one.scores) == set(first) for one in pool)
    assert [one.name for one in front_of(pool)] == ["v1.3"]
