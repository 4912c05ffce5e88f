"""A run of steps without a commit ends an episode, where that was asked for."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.agent.graph import create_inner_loop
from automem_graph.agent.loop import supersteps
from automem_graph.agent.nonsense import TooMuchNonsense
from automem_graph.episodes.trace import read_trace
from support.playing import table
from support.scripted import in_turn

HM = "I like it here."
RIGHT = "<|ACTION|>Right<|END|>"
FLY = "<|ACTION|>Fly<|END|>"
AGENTS = pytest.mark.parametrize("agent", ["memory", "window"])


@AGENTS
def test_without_a_limit_nonsense_is_played_to_the_end(agent: str):
    with table(in_turn(HM), agent=agent, steps=4) as at:
        result = at.play()
    assert (result.status, result.steps) == ("done", 4)
    assert result.metrics is not None
    assert result.metrics.fallbacks == 1


@AGENTS
@pytest.mark.parametrize("steps_per_run", [1, 2, 50])
def test_a_run_of_it_fails_the_episode_and_names_model_and_steps(agent: str, steps_per_run: int):
    said = in_turn(RIGHT, RIGHT, HM, HM, RIGHT, HM)
    asked = {"agent": agent, "scaffold": "v0", "steps_per_run": steps_per_run}
    with table(said, max_nonsense=3, **asked) as at:
        result = at.play()
        rows = at.rows()
    assert (result.status, result.progression) == ("failed", None)
    assert result.error is not None
    assert result.error.startswith("TooMuchNonsense: the model gameplay committed no action for 3")
    assert [row.fallback for row in rows[-4:]] == [False, True, True, True]
    assert f"3 steps in a row (steps {len(rows) - 3}-{len(rows) - 1})" in result.error


def test_the_same_command_goes_on_and_counts_from_there():
    says = [HM]
    with table(lambda _: says[0], max_nonsense=3) as at:
        assert [at.play().steps for _ in range(3)] == [3, 6, 9]
        says[0] = RIGHT
        result = at.play()
        assert (result.status, result.progression) == ("done", 1)
        assert [row.step for row in at.rows()] == list(range(9 + 6))


def test_the_limit_is_no_part_of_an_episode():
    with table(in_turn(HM), max_nonsense=2) as strict, table(in_turn(HM)) as patient:
        assert strict.folder == patient.folder
        assert strict.play().status == "failed"
        assert patient.play().status == "done"


def test_one_step_may_be_too_much():
    with table(in_turn(RIGHT, "", HM), max_nonsense=1, agent="window") as at:
        result = at.play()
    assert result.error is not None
    assert "committed no action for step 1: " in result.error


def test_an_episode_that_is_over_is_not_failed_for_how_it_ended():
    with table(in_turn(HM), max_nonsense=3, steps=3) as at:
        assert at.play().status == "done"


def test_an_action_that_the_world_does_not_know_is_a_commit():
    with table(in_turn(FLY), max_nonsense=1, steps=3, agent="window") as at:
        result = at.play()
    assert result.metrics is not None
    assert (result.status, result.metrics.invalid_actions) == ("done", 1)


def test_the_gameplay_model_is_to_blame_where_there_are_two():
    with table(in_turn(HM), in_turn(HM), max_nonsense=2) as at:
        assert "the model gameplay committed" in (at.play().error or "")


def test_a_thread_with_checkpoints_goes_on_after_it():
    says = [HM]
    with table(lambda _: says[0], max_nonsense=2, steps_per_run=3) as at:
        loop = create_inner_loop(at.desks, checkpointer=InMemorySaver())
        config = {"configurable": {"thread_id": "t"}, "recursion_limit": supersteps(at.context)}
        with pytest.raises(TooMuchNonsense, match=r"\(steps 0-1\)"):
            loop.invoke({}, config, context=at.context)
        says[0] = RIGHT
        while not loop.invoke({}, config, context=at.context)["done"]:
            pass
        _, rows = read_trace(at.folder)
    assert [row.fallback for row in rows] == [True] * 2 + [False] * 6
