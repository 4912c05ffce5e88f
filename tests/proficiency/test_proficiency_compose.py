"""The mixture: shares, weights and caps, the same ones each time."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.proficiency.compose import Candidate, compose, draw
from automem_graph.proficiency.recipe import Composition


def pool(**counts: int) -> list[Candidate]:
    """`a1_log=3`: three LOG examples of the first episode of task a."""
    made = []
    for name, count in counts.items():
        episode, _, routine = name.partition("_")
        for number in range(count):
            digest = hashlib.sha256(f"{name}{number}".encode()).digest()
            made.append(
                Candidate(
                    id=f"{episode}/{number}/{routine}/0", episode=episode, task=episode[0], seed=1,
                    routine="log" if routine == "log" else "plan", digest=digest,
                    prompt_chars=9, target_chars=9,
                )
            )  # fmt: skip
    return made


def counted(kept: list[Candidate]) -> dict[str, int]:
    return dict(Counter(f"{one.episode}_{one.routine}" for one in kept))


def test_everything_is_taken_by_default():
    made = pool(a1_log=30, a2_plan=20)
    assert compose(made, Composition()) == made


def test_the_share_of_log_is_kept_by_leaving_out():
    made = pool(a1_log=30, a2_plan=20)
    assert counted(compose(made, Composition(log_share=0.5))) == {"a1_log": 20, "a2_plan": 20}
    assert counted(compose(made, Composition(log_share=0.75))) == {"a1_log": 30, "a2_plan": 10}
    assert counted(compose(made, Composition(log_share=1))) == {"a1_log": 30}
    assert counted(compose(made, Composition(log_share=0))) == {"a2_plan": 20}
    assert compose(pool(a1_log=30), Composition(log_share=0.5)) == []


def test_most_is_drawn_evenly_over_episodes():
    made = pool(a1_log=100, a2_log=3, a3_log=100)
    assert counted(compose(made, Composition(most=15))) == {"a1_log": 6, "a2_log": 3, "a3_log": 6}


def test_no_episode_gives_more_than_its_cap():
    made = pool(a1_log=50, a1_plan=50, a2_log=2)
    kept = compose(made, Composition(most_per_episode=10))
    assert Counter(one.episode for one in kept) == {"a1": 10, "a2": 2}


def test_weights_thin_tasks_in_relation_to_the_heaviest():
    made = pool(a1_log=100, b1_log=40, c1_log=10)
    weighed = Composition(task_weights={"a": 0.25, "c": 0})
    assert counted(compose(made, weighed)) == {"a1_log": 25, "b1_log": 40}
    assert counted(compose(made[:100], weighed)) == {"a1_log": 100}
    assert compose(made[-10:], weighed) == []


@given(
    st.permutations(pool(a1_log=9, a2_plan=7, b1_log=5, b1_plan=8)),
    st.integers(1, 30),
    st.none() | st.floats(0, 1),
    st.none() | st.integers(1, 9),
)
def test_the_order_of_candidates_changes_nothing(shuffled, most, share, cap):
    mixture = Composition(most=most, log_share=share, most_per_episode=cap)
    kept = compose(shuffled, mixture)
    same = compose(sorted(shuffled), mixture)
    assert {one.id for one in kept} == {one.id for one in same}
    assert len(kept) <= most
    if share is not None and kept:
        assert abs(sum(one.routine == "log" for one in kept) - share * len(kept)) <= 1.01
    if cap is not None:
        assert max(Counter(one.episode for one in kept).values(), default=0) <= cap


def test_a_random_draw_is_of_its_seed_and_of_all():
    made = pool(a1_log=100, a2_log=4)
    first, again, other = draw(made, 20, 1), draw(made, 20, 1), draw(made, 20, 2)
    assert first == again != other
    assert [one for one in made if one in first] == first
    assert len(draw(made, 500, 1)) == 104
    shares = [sum(one.episode == "a2" for one in draw(made, 26, seed)) for seed in range(200)]
    assert 0.5 < sum(shares) / 200 < 1.6, "a short episode is not preferred"
