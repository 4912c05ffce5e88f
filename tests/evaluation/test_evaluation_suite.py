"""What an evaluation will play, and where it will lie."""

from pathlib import Path

import pytest

from automem_graph.evaluation.suite import choose, plan, short_name
from automem_graph.models.resolve import UnknownModel
from automem_graph.worlds.registry import TaskUnavailable, UnknownTask
from support import toy

BOXOBAN = ("minihack-boxoban-hard", "minihack-boxoban-medium")


@pytest.fixture
def no_boxoban(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOMEM_BOXOBAN", "nowhere")


def test_tasks_are_chosen_by_full_or_short_names():
    tasks = ("m-a", "m-b-c", "crafter", toy.NAME)
    assert choose(tasks, "") == tasks
    assert choose(tasks, " b-c, m-a,m-b-c ") == ("m-b-c", "m-a")
    assert choose(tasks, f"crafter,{toy.NAME}") == ("crafter", toy.NAME)
    assert [short_name(task) for task in tasks] == ["a", "b-c", "crafter", toy.NAME]
    with pytest.raises(UnknownTask, match="no task 'c' to choose; there are: a, b-c, crafter"):
        choose(tasks, "a,c")


@pytest.mark.usefixtures("no_boxoban")
def test_what_cannot_be_played_here_is_left_out_with_its_reason():
    found = plan("minihack", (42, 43), given={"steps": 7})
    assert tuple(found.left_out) == found.asked.left_out == BOXOBAN
    assert len(found.asked.tasks) == 6
    assert set(found.asked.tasks.values()) == {7}
    assert [job.seed for job in found.jobs] == [42] * 6 + [43] * 6
    assert {job.task for job in found.jobs} == set(found.asked.tasks)
    with pytest.raises(TaskUnavailable, match="boxoban"):
        plan("minihack", (42,), tasks="boxoban-hard,boxoban-medium", given={})


@pytest.mark.usefixtures("no_boxoban")
def test_the_folder_is_that_of_the_suite_and_of_who_plays():
    whole = plan("minihack", (42,), given={})
    assert whole.run.path.parent == Path("runs")
    assert whole.run.path.name.startswith("minihack-")
    assert plan("minihack", (43, 44), tasks="quest-easy", given={}).run == whole.run
    others = [{"steps": 7}, {"agent": "memory-wiped"}, {"agent": "random"}]
    folders = {plan("minihack", (42,), given=given).run.path for given in others}
    assert len(folders - {whole.run.path}) == 3
    assert plan("minihack", (42,), out=Path("mine"), given={}).run.path == Path("mine")


def test_a_task_of_ones_own_is_a_suite_of_one():
    found = plan(toy.NAME, (1,), given={})
    assert found.asked.tasks == {toy.NAME: 40}


def test_nothing_is_planned_for_unknown_names():
    with pytest.raises(UnknownTask, match="crafter, minihack, nethack, errands"):
        plan("chess", (1,), given={})
    with pytest.raises(UnknownModel):
        plan(toy.NAME, (1,), given={"gameplay": "offline:ghost"})
    assert not Path("runs").exists()
