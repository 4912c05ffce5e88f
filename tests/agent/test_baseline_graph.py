"""The baselines' graph: what is drawn, how runs pause and go on, whom it plays."""

import json
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.agent.baselines.graph import create_baseline_loop
from automem_graph.agent.context import BASELINES, MEMORY_AGENTS
from automem_graph.agent.graph import create_inner_loop
from automem_graph.agent.loop import supersteps
from automem_graph.agent.node import WrongGraph
from support.playing import table
from support.scripted import in_turn
from support.timeless import timeless

RIGHT = "<|ACTION|>Right<|END|>"


def test_the_drawing_has_three_nodes_and_their_edges():
    with table(in_turn("")) as at:
        drawn = create_baseline_loop(at.desks).get_graph()
    assert {(edge.source, edge.target) for edge in drawn.edges} == {
        ("__start__", "observe"), ("observe", "decide"), ("observe", "__end__"),
        ("decide", "act"), ("decide", "decide"), ("act", "observe"), ("act", "__end__"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("create", "agent", "other"),
    [
        *((create_inner_loop, agent, "baseline") for agent in BASELINES),
        *((create_baseline_loop, agent, "inner_loop") for agent in MEMORY_AGENTS),
    ],
)
def test_the_wrong_graph_says_which_is_the_right_one(create, agent: str, other: str):
    with table(in_turn(""), agent=agent) as at:
        with pytest.raises(WrongGraph, match=f"run the graph {other} for the agent {agent}"):
            create(at.desks).invoke({}, context=at.context)
        assert not Path("run").exists()


def test_a_run_pauses_at_multiples_and_goes_on():
    with table(in_turn(RIGHT), agent="window", steps_per_run=4) as at:
        loop = create_baseline_loop(at.desks)
        config = {"recursion_limit": supersteps(at.context)}
        first = loop.invoke({}, config, context=at.context)
        assert (first["step"], first["done"]) == (4, False)
        second = loop.invoke({"episode": first["episode"]}, config, context=at.context)
        assert (second["step"], second["done"], second["progression"]) == (6, True, 1.0)
        assert [row.step for row in at.rows()] == list(range(6))


def test_the_window_is_not_in_the_state():
    with table(in_turn("a long thought " * 20), agent="window", steps=30, steps_per_run=30) as at:
        loop = create_baseline_loop(at.desks)
        state = loop.invoke({}, {"recursion_limit": 999}, context=at.context)
        assert len(at.rows()[-1].messages) > 32
    assert len(state["messages"]) == 4
    assert len(json.dumps(state)) < 5000


def test_an_edited_checkpoint_goes_on_as_a_fork_and_leaves_the_original_alone():
    with table(in_turn(RIGHT), agent="window", steps=8, steps_per_run=20) as at:
        loop = create_baseline_loop(at.desks, checkpointer=InMemorySaver())
        config = {"configurable": {"thread_id": "t"}, "recursion_limit": 999}
        loop.invoke({}, config, context=at.context)
        original = timeless(at.folder)
        past = next(
            state
            for state in loop.get_state_history(config)
            if state.next == ("act",) and state.values["step"] == 3
        )
        behind = loop.invoke(None, {**past.config, "recursion_limit": 999}, context=at.context)
        assert (behind["step"], timeless(at.folder)) == (6, original)

        turn = {**past.values["turn"], "committed": "Left"}
        edited = loop.update_state(past.config, {"fork": "left", "turn": turn})
        end = loop.invoke(None, {**edited, "recursion_limit": 999}, context=at.context)
        assert timeless(at.folder) == original
        _, rows, *_ = timeless(at.folder.run.episode(end["episode"]))
    assert rows[:3] == original[1][:3]
    assert [row.action for row in rows][:5] == ["Right", "Right", "Right", "Left", "Right"]
    assert rows[4].messages[8]["content"] == "<|ACTION|>Left<|END|>"
