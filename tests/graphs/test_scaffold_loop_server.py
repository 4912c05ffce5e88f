"""Loop 1 as LangGraph's own server shows and runs it, with a person who is asked."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import read_rows
from automem_graph.structure.result import read_evolution
from support.evolving import HINT, HINTING, command, played_before, settings, walk
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer
from support.processes import wait_for

GRAPH = "scaffold_loop"


@pytest.fixture(scope="module")
def walker() -> Iterator[OpenAIServer]:
    with OpenAIServer(walk) as server:
        yield server


def asked(walker: OpenAIServer, folder: Path, **other: Any) -> dict[str, Any]:
    """A context that asks before a version is kept; its run is in the thread's own folder."""
    seeds = {"gate_seeds": "1-4", "held_out_seeds": "11", "run": ""}
    given = settings(walker, command(folder, HINTING), attempts=1, approve=True)
    return {**given, **seeds, **other}


def folder_of(served: Any, thread: str) -> EvolutionFolder:
    return EvolutionFolder(served[1] / "runs" / f"studio-{thread}")


def test_the_loop_is_drawn_with_the_inner_loop_inside_trial(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    drawn = client.assistants.get_graph(assistant["assistant_id"], xray=True)
    nodes = {node["id"] for node in drawn["nodes"] if not node["id"].startswith("__")}
    inner = {f"trial:{name}" for name in ("observe", "log", "plan", "commit", "act")}
    assert inner < nodes
    outer = {"measure", "review", "revise", "check", "gate", "approve", "keep", "discard"}
    assert outer < nodes
    edges = {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert {("gate", "approve"), ("approve", "keep"), ("approve", "discard")} < edges
    assert {("check", "revise"), ("keep", "review"), ("discard", "review")} < edges


def test_its_schemas_name_what_it_takes_and_holds(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    schemas = client.assistants.get_schemas(assistant["assistant_id"])
    fields = schemas["context_schema"]["properties"]
    assert {"suite", "proposer", "gate_seeds", "approve", "patience"} <= set(fields)
    assert schemas["input_schema"]["properties"] == {}
    assert {"run", "version", "attempt"} < set(schemas["state_schema"]["properties"])


def test_a_run_pauses_before_a_version_is_kept_and_a_person_decides(served, walker, tmp_path):
    client, _ = served
    context = asked(walker, tmp_path)
    thread = client.threads.create()["thread_id"]
    told = list(
        client.runs.stream(thread, GRAPH, input={}, context=context, stream_mode=["custom"])
    )
    assert not [part for part in told if part.event == "error"], told[-1]
    heard = [part.data for part in told if part.event == "custom"]
    nodes = [one["node"] for one in heard if "node" in one]
    attempt = ["review", "revise", "check", "trial", "gate"]
    assert nodes == ["measure", *attempt, "trial", "gate", "approve"]
    assert {"play", "job", "result", "row"} < {one["event"] for one in heard}

    question = question_in(client, thread)
    assert (question["attempt"], question["reason"]) == ("v1.1", "Tell the agent to walk.")
    assert question["analysis"] == "In e01 the agent waits at every step."
    assert f"+{HINT}" in question["diff"]
    for match in (question["trial"], question["confirmation"]):
        assert match["judged"]["passed"]
        assert [pair["after"] for pair in match["pairs"]] == [1.0] * 4

    resume = {"resume": {"keep": True}}
    state = client.runs.wait(thread, GRAPH, command=resume, context=context)
    assert (state["version"], state["stop"]) == (
        1, "1 versions were kept: that is how many were asked for",
    )  # fmt: skip
    found = read_evolution(folder_of(served, thread))
    assert found.best.name == "v1"
    assert found.held_out is not None

    other = client.threads.create()["thread_id"]
    played_before(folder_of(served, other).path, folder_of(served, thread).path)
    client.runs.wait(other, GRAPH, input={}, context=context)
    assert question_in(client, other) == question
    no = {"resume": {"keep": False, "why": "it is a trick"}}
    state = client.runs.wait(other, GRAPH, command=no, context=context)
    assert state["version"] == 0
    row = read_rows(folder_of(served, other).lineage)[1]
    assert (row.kept, row.stage, row.why) == (
        False, "approve", "a person declined it: it is a trick",
    )  # fmt: skip

    past = asking_in(client, other)
    state = client.runs.wait(other, GRAPH, checkpoint=past, context=context)
    assert "__interrupt__" not in state, "what is decided is not asked again"
    assert read_rows(folder_of(served, other).lineage)[1] == row

    fork = client.threads.update_state(other, {"fork": "after all"}, checkpoint=past)
    client.runs.wait(other, GRAPH, checkpoint=fork["checkpoint"], context=context)
    assert question_in(client, other)["attempt"] == "v1.1"
    state = client.runs.wait(other, GRAPH, command={"resume": True}, context=context)
    folder = folder_of(served, other)
    assert state["version"] == 1
    assert Path(state["run"]).name == f"{folder.path.name}-after_all"
    forked = read_evolution(EvolutionFolder(served[1] / state["run"]))
    assert (forked.best.name, forked.held_out) == ("v1", found.held_out)
    assert read_rows(folder.lineage)[1] == row, "the run that it left stays as it is"


def asking_in(client: Any, thread: str) -> Any:
    """The latest checkpoint in a thread's history at which a person was about to be asked."""
    history = client.threads.get_history(thread, limit=100)
    return next(state["checkpoint"] for state in history if state["next"] == ["approve"])


def question_in(client: Any, thread: str) -> Any:
    """What a paused thread asks."""
    state = client.threads.get_state(thread)
    assert state["next"] == ["approve"]
    (interrupt,) = state["interrupts"]
    return interrupt["value"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_that_is_cancelled_plays_no_further(served, tmp_path):
    client, folder = served

    def slow(request: Request) -> Reply:
        time.sleep(0.1)
        return walk(request)

    with OpenAIServer(slow) as server:
        thread = client.threads.create()["thread_id"]
        context = asked(server, tmp_path, steps=40)
        run = client.runs.create(thread, GRAPH, input={}, context=context)
        wait_for(lambda: bool(server.requests))
        assert drivers_in(folder)
        client.runs.cancel(thread, run["run_id"], wait=True)
        wait_for(lambda: not drivers_in(folder))
    begun = folder_of(served, thread)
    assert not list(begun.path.glob("plays/*/episodes/*/episode.json"))
    assert client.threads.get_state(thread)["next"] == ["measure"]


def drivers_in(folder: Path) -> list[str]:
    """Processes that play episodes there."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_text()
            if "episodes.driver" in command and (process / "cwd").readlink() == folder:
                found.append(process.name)
    return found


def test_what_cannot_be_asked_is_an_error_that_says_why(served, walker, tmp_path):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    context = asked(walker, tmp_path, suite="chess")
    with pytest.raises(Exception, match="chess"):
        client.runs.wait(thread, GRAPH, input={}, context=context)
