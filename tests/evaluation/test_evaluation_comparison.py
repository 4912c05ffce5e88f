"""Two runs, paired by task and seed."""

from pathlib import Path

import pytest

from automem_graph.episodes.identity import fork_id
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.comparison import compare_runs
from automem_graph.evaluation.results import read_results
from automem_graph.models.sampling import Sampling
from automem_graph.worlds.registry import UnknownTask
from support.runs import played, played_alone, suite_run

SEEDS = (42, 43, 44)


def grid(**earned: tuple[float | None, ...]) -> dict[tuple[str, int], float | None]:
    return {
        (task, seed): value
        for task, values in earned.items()
        for seed, value in zip(SEEDS, values, strict=True)
    }


def test_a_difference_for_each_task_and_for_all():
    one = played("one", grid(a=(0.5, 0.7, 0.9), b=(1, 1, 0)))
    other = played("other", grid(a=(0.4, 0.5, 0.6), b=(1, 0, 0)), agent="memory-wiped")
    found = compare_runs(one, other)
    assert [(row.task, row.difference.n) for row in found.tasks] == [("a", 3), ("b", 3)]
    assert found.tasks[0].difference.mean == pytest.approx(0.2)
    assert found.tasks[0].difference.p == pytest.approx(0.25)
    assert found.all.difference.mean == pytest.approx((0.1 + 0.2 + 0.3 + 1) / 6)
    assert found.all.one.mean == pytest.approx(4.1 / 6)
    assert found.differs == {"agent": ("memory", "memory-wiped")}
    assert found.unpaired == ()


def test_a_run_and_its_copy_do_not_differ():
    earned = grid(a=(0.5, 0.7, 0.9))
    found = compare_runs(played("one", earned), played("other", earned))
    difference = found.all.difference
    assert (difference.mean, difference.low, difference.high, difference.p) == (0, 0, 0, 1)
    assert found.differs == {}


def test_another_sampling_is_a_difference():
    earned, cold = grid(a=(0.5, 0.7, 0.9)), Sampling(temperature=0)
    found = compare_runs(played("one", earned), played("other", earned, sampling=cold))
    said = "temperature 1.0, max_tokens 4096", "temperature 0.0, max_tokens 4096"
    assert found.differs == {"sampling": said}


def test_a_single_pair_has_a_difference_and_no_interval():
    one, other = played("one", {("a", 1): 0.5}), played("other", {("a", 1): 0.25})
    difference = compare_runs(one, other).all.difference
    assert (difference.n, difference.mean, difference.low, difference.p) == (1, 0.25, None, 1.0)


def test_what_has_no_partner_is_named_with_its_reason():
    one = played("one", grid(a=(0.5, None, 0.9)))
    other = played("other", {("a", 42): 0.4, ("a", 43): 0.5, ("a", 45): 0.5})
    found = compare_runs(one, other)
    assert found.all.difference.n == 1
    assert [(gone.seed, gone.why) for gone in found.unpaired] == [
        (43, "failed in one"),
        (44, "missing in other"),
        (45, "missing in one"),
    ]


def test_an_episode_that_neither_run_has_played_is_missing_all_the_same():
    one, other = played("one", {("a", 1): 0.5}), played("other", {("a", 1): 0.5})
    suite_run("one", (1, 2), a=10)
    found = compare_runs(one, other)
    assert [(gone.seed, gone.why) for gone in found.unpaired] == [
        (2, "missing in one, missing in other")
    ]


def test_tasks_and_seeds_can_be_chosen():
    one = played("one", grid(**{"m-a": (0.5, None, 0.9), "m-b": (1, 1, 0)}))
    other = played("other", grid(**{"m-a": (0.4, 0.5, 0.6), "m-b": (1, 0, None)}))
    found = compare_runs(one, other, tasks="b", seeds=(42, 43))
    assert found.unpaired == ()
    assert [row.task for row in found.tasks] == ["m-b"]
    assert found.all.difference.mean == pytest.approx(0.5)
    with pytest.raises(UnknownTask, match="no task 'c' to choose; there are: a, b"):
        compare_runs(one, other, tasks="c")


def test_tasks_that_neither_machine_could_play_are_left_out():
    one = played("one", {("a", 1): 0.5}, left_out=("b", "c"))
    other = played("other", {("a", 1): 0.5, ("c", 1): 0.5}, left_out=("b",))
    found = compare_runs(one, other)
    assert found.left_out == ("b",)
    assert [(gone.task, gone.why) for gone in found.unpaired] == [("c", "missing in one")]


def test_single_plays_are_compared_by_what_is_there_and_forks_are_not():
    one = played_alone("one", "a", {1: 0.5, 2: 0.5})
    other = played_alone("other", "a", {2: 0.25, 3: 0.25})
    _, results = read_results(one)
    single = results["a", 1]
    assert isinstance(single, EpisodeResult)
    fork = one.episode(fork_id(single.asked, 2, {"step": 1}, "play"))
    fork.path.mkdir()
    fork.result.write_text(single.model_copy(update={"progression": 1.0}).model_dump_json())
    found = compare_runs(one, other)
    assert found.all.difference.mean == pytest.approx(0.25)
    assert [gone.seed for gone in found.unpaired] == [1, 3]


def test_runs_that_cannot_be_compared():
    one = played("one", {("a", 1): 0.5})
    with pytest.raises(RunError, match="are the same run"):
        compare_runs(one, RunFolder(one.path.resolve()))
    with pytest.raises(RunError, match="there is no run in nowhere"):
        compare_runs(one, RunFolder(Path("nowhere")))
    with pytest.raises(RunError, match="no finished episode in common"):
        compare_runs(one, played("other", {("b", 1): 0.5}))
    with pytest.raises(RunError, match="plays a for 10 steps and longer for 20"):
        compare_runs(one, suite_run("longer", (1,), a=20))
