import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.worlds.nethack.progression import Progress, table

REACHED = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=1)


def test_the_published_case() -> None:
    progress = Progress()
    assert progress.reach(1, 1) == ("Dlvl:1", "Xp:1")
    assert progress.score == 0
    assert progress.reach(2, 1) == ("Dlvl:2",)
    assert f"{progress.score:.2%}" == "1.54%"
    progress.reach(2, 5)
    assert f"{progress.score:.2%}" == "2.91%"


def test_the_better_of_depth_and_experience_counts() -> None:
    progress = Progress()
    progress.reach(10, 5)
    assert progress.score == table()["Dlvl:10"] == pytest.approx(0.12559, abs=1e-5)


def test_going_back_up_loses_nothing() -> None:
    progress = Progress()
    progress.reach(4, 3)
    best = progress.score
    assert progress.reach(1, 1) == ("Dlvl:1", "Xp:1")
    assert progress.reach(4, 3) == ()
    assert progress.score == best


def test_the_table_is_whole_and_rises() -> None:
    assert all(0 <= score <= 1 for score in table().values())
    for kind, last in (("Dlvl", 50), ("Xp", 30)):
        scores = [table()[f"{kind}:{level}"] for level in range(1, last + 1)]
        assert scores[0] == 0
        assert scores == sorted(scores)


@given(REACHED)
def test_the_score_never_falls_and_is_the_best_that_was_reached(
    moments: list[tuple[int, int]],
) -> None:
    progress = Progress()
    scores = []
    for moment in moments:
        progress.reach(*moment)
        scores.append(progress.score)
    assert scores == sorted(scores)
    best = [table().get(f"Dlvl:{depth}", 0) for depth, _ in moments]
    best += [table().get(f"Xp:{level}", 0) for _, level in moments]
    assert scores[-1] == max(best)
