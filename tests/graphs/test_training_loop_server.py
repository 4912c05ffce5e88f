"""Loop 2 as LangGraph's own server shows it."""

import sys
from typing import Any

import pytest

from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import read_ledger
from automem_graph.proficiency.recipe import Filters
from support.training import settings

GRAPH = "training_loop"

DECIDES = """
from pathlib import Path
Path("recipe.json").write_text('{"selection": {"kind": "filters"}, "least": 1}')
Path("rationale.md").write_text("Take all.")
print("reading the turns")
"""


def test_the_loop_is_drawn_with_the_inner_loop_inside_trial(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    drawn = client.assistants.get_graph(assistant["assistant_id"], xray=True)
    nodes = {node["id"] for node in drawn["nodes"] if not node["id"].startswith("__")}
    inner = {f"trial:{name}" for name in ("observe", "log", "plan", "commit", "act")}
    assert inner < nodes
    outer = {"collect", "decide", "select", "verify", "approve", "train", "record", "promote"}
    assert outer < nodes
    edges = {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert {("record", "decide"), ("record", "promote"), ("verify", "record")} < edges


def test_its_schemas_name_what_it_takes_and_holds(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    schemas = client.assistants.get_schemas(assistant["assistant_id"])
    fields = schemas["context_schema"]["properties"]
    assert {"task", "base", "decider", "trial_seeds", "margin", "approve"} <= set(fields)
    assert (fields["task"]["default"], fields["scaffold"]["default"]) == ("gates", "terse")
    assert schemas["input_schema"]["properties"] == {}
    assert {"run", "trial", "promoted"} < set(schemas["state_schema"]["properties"])


def test_what_cannot_be_asked_is_an_error_that_says_why(served):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    with pytest.raises(Exception, match="must be a folder with its weights"):
        client.runs.wait(thread, GRAPH, input={}, context={"base": "openai:gpt-5.5"})


@pytest.fixture(scope="module")
def begun(
    served, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, Any], list[Any]]:
    """A thread that asks before it trains on what a tiny model said; what it told until then."""
    client, _ = served
    folder = tmp_path_factory.mktemp("loop2")
    script = folder / "decide.py"
    script.write_text(DECIDES)
    context = settings(
        folder, collect_seeds="1-2", trial_seeds="11-12", held_out_seeds="21", recipes=1,
        decider=f"command:{sys.executable} {script}", approve=True, run="", parallel=1,
    )  # fmt: skip
    thread = client.threads.create()["thread_id"]
    told = client.runs.stream(thread, GRAPH, input={}, context=context, stream_mode=["custom"])
    return thread, context, list(told)


def test_a_run_pauses_before_an_adapter_is_trained(served, begun):
    client, folder = served
    thread, _, told = begun
    assert not [part for part in told if part.event == "error"], told[-1]
    heard = [part.data for part in told if part.event == "custom"]
    assert [one["node"] for one in heard if one["event"] == "node"] == [
        "collect", "decide", "select", "verify", "approve",
    ]  # fmt: skip
    assert {"play", "job", "result", "said"} < {one["event"] for one in heard}
    question = question_in(client, thread)
    assert question["trial"] == "t1"
    assert question["recipe"]["selection"] == {**Filters().model_dump(mode="json")}
    assert question["data"]["examples"] > 0
    assert question["reason"] == "Take all."
    assert (folder / question["card"]).exists()


def test_a_person_declines_and_a_fork_is_asked_again(served, begun):
    client, folder = served
    thread, context, _ = begun
    (past,) = (
        state["checkpoint"]
        for state in client.threads.get_history(thread, limit=100)
        if state["next"] == ["approve"]
    )
    no = {"resume": {"train": False, "why": "too few"}}
    state = client.runs.wait(thread, GRAPH, command=no, context=context)
    assert (state["promoted"], state["trial"]) == ("", 2)
    run = TrainingFolder(folder / "runs" / f"studio-{thread}")
    (row,) = read_ledger(run.ledger)
    assert (row.name, row.stage, row.why) == ("t1", "approve", "a person declined it: too few")

    fork = client.threads.update_state(thread, {"fork": "again"}, checkpoint=past)
    client.runs.wait(thread, GRAPH, checkpoint=fork["checkpoint"], context=context)
    assert question_in(client, thread)["trial"] == "t1"
    state = client.runs.wait(thread, GRAPH, command={"resume": False}, context=context)
    assert state["run"] == f"runs/studio-{thread}-again"
    (forked,) = read_ledger(TrainingFolder(folder / state["run"]).ledger)
    assert forked.why == "a person declined it"
    assert read_ledger(run.ledger) == (row,), "the run that it left stays as it is"


def question_in(client: Any, thread: str) -> Any:
    """What a paused thread asks."""
    state = client.threads.get_state(thread)
    assert state["next"] == ["approve"]
    (interrupt,) = state["interrupts"]
    return interrupt["value"]
