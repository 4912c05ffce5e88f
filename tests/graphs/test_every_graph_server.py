"""What holds for every graph of langgraph.json on LangGraph's own server."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
GRAPHS = json.loads((CHECKOUT / "langgraph.json").read_text())["graphs"]
PICTURES = {
    "inner_loop": "docs/episodes.md",
    "scaffold_loop": "README.md",
    "training_loop": "docs/train.md",
    "memory_agent": "docs/middleware.md",
}
ENDS = {"start([start])": "__start__", "stop([end])": "__end__", "stop": "__end__"}

Edges = set[tuple[str, str]]


def assistant_of(served: Any, graph: str) -> dict[str, Any]:
    (assistant,) = served[0].assistants.search(graph_id=graph)
    return assistant


def drawn(served: Any, graph: str, *, xray: bool) -> Edges:
    """The edges that Studio draws."""
    found = served[0].assistants.get_graph(assistant_of(served, graph)["assistant_id"], xray=xray)
    return {(edge["source"], edge["target"]) for edge in found["edges"]}


def compiled(graph: str, *, xray: bool) -> Edges:
    """The edges of the graph that langgraph.json names."""
    file, _, name = GRAPHS[graph]["path"].partition(":")
    spec = importlib.util.spec_from_file_location(f"graphs_{graph}", CHECKOUT / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, name)().get_graph(xray=xray)
    return {(edge.source, edge.target) for edge in found.edges}


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_field_has_a_description_and_a_default(served: Any, graph: str):
    schemas = served[0].assistants.get_schemas(assistant_of(served, graph)["assistant_id"])
    fields = schemas["context_schema"]["properties"]
    assert fields
    for name, field in fields.items():
        assert re.search(r"\w+ \w+", field.get("description", "")), name
        assert "default" in field, name
    assert "required" not in schemas["context_schema"]
    assert schemas["state_schema"]["properties"]


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_drawing_is_that_of_the_graph_which_runs(served: Any, graph: str):
    for xray in (False, True):
        assert drawn(served, graph, xray=xray) == compiled(graph, xray=xray)


@pytest.mark.parametrize(("graph", "page"), PICTURES.items())
def test_the_pages_draw_it_as_studio_does(served: Any, graph: str, page: str):
    (picture,) = re.findall(r"```mermaid\n(.*?)```", (CHECKOUT / page).read_text(), re.DOTALL)
    edges = re.findall(r"^\s+(\S+) --> (.+?);$", picture, re.MULTILINE)
    said = {(ENDS.get(source, source), ENDS.get(target, target)) for source, target in edges}
    assert drawn(served, graph, xray=False) == said


@pytest.mark.parametrize("graph", ["inner_loop", "baseline"])
def test_an_episode_streams_typed_events_has_a_history_and_forks(served: Any, graph: str):
    client, folder = served
    context = {"seed": 5, "steps_per_run": 2}
    thread = client.threads.create()["thread_id"]
    told = client.runs.stream(thread, graph, input={}, context=context, stream_mode=["custom"])
    heard = [part.data for part in told if part.event == "custom"]
    assert {one["event"] for one in heard} <= {"memory", "step"}
    assert [one["step"] for one in heard if one["event"] == "step"] == [0, 1]

    history = client.threads.get_history(thread, limit=100)
    assert [state["values"]["step"] for state in history if not state["next"]] == [2]
    past = next(
        state for state in history if state["next"] == ["act"] and state["values"]["step"] == 1
    )
    edited = client.threads.update_state(thread, {"fork": "again"}, checkpoint=past["checkpoint"])
    state = client.runs.wait(thread, graph, checkpoint=edited["checkpoint"], context=context)
    first = history[0]["values"]["episode"]
    assert (state["step"], state["episode"] != first) == (2, True)
    episodes = folder / "runs" / f"studio-{thread}" / "episodes"
    assert {path.name for path in episodes.iterdir()} == {first, state["episode"]}


def test_a_conversation_streams_typed_events_has_a_history_and_forks(served: Any):
    client, _ = served
    context = {"memory": "memories/forked"}
    thread = client.threads.create()["thread_id"]

    def say(text: str) -> dict[str, Any]:
        return {"messages": [{"role": "user", "content": text}]}

    told = client.runs.stream(
        thread, "memory_agent", input=say("My plant is a fern."), context=context,
        stream_mode=["custom"],
    )  # fmt: skip
    heard = [part.data for part in told if part.event == "custom"]
    assert heard
    assert {one["event"] for one in heard} == {"memory"}
    assert {one["routine"] for one in heard} <= {"log", "plan"}
    (past,) = (state for state in client.threads.get_history(thread) if not state["next"])
    first = client.runs.wait(
        thread, "memory_agent", input=say("And mine a cactus."), context=context
    )
    other = client.runs.wait(
        thread, "memory_agent", input=say("What is my plant?"), context=context,
        checkpoint=past["checkpoint"],
    )  # fmt: skip
    for state, said in ((first, "And mine a cactus."), (other, "What is my plant?")):
        assert [one["type"] for one in state["messages"]] == ["human", "ai"] * 2
        assert state["messages"][2]["content"] == said
        assert state["kept"]["step"] == 2
