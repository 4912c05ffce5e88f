"""The graph itself: what is drawn, how runs pause and go on."""

import asyncio
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END

from automem_graph.agent.graph import create_inner_loop
from automem_graph.agent.loop import supersteps
from automem_graph.agent.route import Route
from automem_graph.episodes.layout import RunError
from support.playing import table
from support.scripted import by_routine

NODES = {"observe", "log", "remember", "plan", "recall", "commit", "act"}


def test_the_drawing_has_the_seven_nodes_and_their_edges():
    with table(by_routine("", "")) as at:
        drawn = create_inner_loop(at.desks).get_graph()
    assert {name for name in drawn.nodes if not name.startswith("__")} == NODES
    edges = {(edge.source, edge.target) for edge in drawn.edges}
    assert {("log", "remember"), ("remember", "log"), ("remember", "plan"), ("plan", "recall"),
            ("recall", "commit"), ("commit", "act"), ("act", "observe")} <= edges  # fmt: skip
    assert ("observe", "plan") in edges
    assert ("commit", "log") not in edges


@pytest.mark.parametrize(
    ("decided", "goes"), [("log", "log"), ("end", END), ("plan", "plan"), ("act", "plan")]
)
def test_a_route_goes_to_one_of_its_ends(decided, goes):
    route, state = Route("plan", "log", END), {"turn": {"next": decided}}
    assert route.invoke(state) == asyncio.run(route.ainvoke(state)) == goes


def test_an_edge_reads_the_state_also_after_an_update_from_outside():
    with table(by_routine("<|DONE|>", "<|ACTION|>Right<|END|>"), steps_per_run=2) as at:
        loop = create_inner_loop(at.desks, checkpointer=InMemorySaver())
        config = {"recursion_limit": 90, "configurable": {"thread_id": "one"}}
        loop.invoke({}, config, context=at.context, interrupt_after=["log"])
        assert loop.get_state(config).next == ("remember",)
        loop.update_state(config, {"progression": 0.5}, as_node="remember")
        assert loop.get_state(config).next == ("log",)  # what `observe` decided last
        loop.update_state(config, {"turn": {"next": "plan"}}, as_node="remember")
        assert loop.get_state(config).next == ("plan",)


def test_a_run_pauses_at_multiples_and_goes_on():
    with table(by_routine("<|DONE|>", "<|ACTION|>Right<|END|>"), steps_per_run=2) as at:
        loop = create_inner_loop(at.desks)
        config = {"recursion_limit": supersteps(at.context)}
        first = loop.invoke({}, config, context=at.context)
        assert (first["step"], first["done"]) == (2, False)
        second = loop.invoke({"episode": first["episode"]}, config, context=at.context)
        assert second["step"] == 4
        third = loop.invoke({"episode": first["episode"]}, config, context=at.context)
        assert (third["step"], third["done"], third["progression"]) == (6, True, 1.0)
        over = loop.invoke({"episode": first["episode"]}, config, context=at.context)
        assert (over["step"], over["done"]) == (6, True)
        assert [row.step for row in at.rows()] == list(range(6))


def test_state_stays_small_and_json_shaped():
    import json

    log = "<|APPEND|>notes.md|" + "a long line " * 30 + "<|END|><|DONE|>"
    with table(by_routine(log, "<|ACTION|>Wait<|END|>"), steps=40, steps_per_run=20) as at:
        loop = create_inner_loop(at.desks)
        config = {"recursion_limit": supersteps(at.context)}
        sizes = []
        state = loop.invoke({}, config, context=at.context)
        sizes.append(len(json.dumps(state)))
        state = loop.invoke({"episode": state["episode"]}, config, context=at.context)
        sizes.append(len(json.dumps(state)))
    assert sizes[1] < sizes[0] + 200 < 20_000


def test_events_tell_what_happens():
    with table(
        by_routine("<|APPEND|>a.md|x<|END|><|DONE|>", "<|ACTION|>Right<|END|>"), steps=2
    ) as at:
        at.play()
        told = [event.event for event in at.events]
    assert told == ["step", "memory", "step"]
    assert at.events[1].call == "<|APPEND|>a.md|x<|END|>"


@pytest.mark.parametrize("name", ["../../etc", "s42-0123abcdef/..", "x" * 5000])
def test_an_episode_that_is_no_episode_is_refused(name: str):
    with table(by_routine("", ""), run="run/here") as at:
        loop = create_inner_loop(at.desks)
        with pytest.raises(RunError, match="no episode's id"):
            loop.invoke({"episode": name}, context=at.context)
        assert not Path("run").exists()


def test_a_threads_id_names_a_folder_below_runs():
    with table(by_routine("<|DONE|>", "<|ACTION|>Right<|END|>"), run="", steps=1) as at:
        loop = create_inner_loop(at.desks, checkpointer=InMemorySaver())
        config = {"configurable": {"thread_id": "../../out/of here"}}
        loop.invoke({}, config, context=at.context)
    assert [path.name for path in Path("runs").iterdir()] == ["studio-______out_of_here"]
