"""The memory agent as LangGraph's own server shows and runs it."""

from typing import Any

import pytest

from support.openai_answers import Request
from support.openai_server import OpenAIServer
from support.served import routine_of

GRAPH = "memory_agent"


def keep(request: Request) -> str:
    """Notes that something was said; recalls all notes."""
    if routine_of(request) == "log":
        return "<|APPEND|>notes.md|somebody spoke<|END|><|DONE|>"
    return "<|READ|>notes.md<|END|>" if "# PLAN" in request.prompt else "That is all."


def say(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def test_it_is_drawn_and_names_what_it_takes(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    drawn = client.assistants.get_graph(assistant["assistant_id"], xray=True)
    nodes = {node["id"] for node in drawn["nodes"] if not node["id"].startswith("__")}
    assert nodes == {"observe", "log", "remember", "plan", "recall", "reply"}
    schemas = client.assistants.get_schemas(assistant["assistant_id"])
    fields = schemas["context_schema"]["properties"]
    assert set(fields) == {"memory", "model", "scaffold", "codec"}
    assert "messages" in schemas["input_schema"]["properties"]


def test_it_runs_from_its_defaults_without_a_network(served):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    for said in ("My plant is a fern.", "What is my plant?"):
        state = client.runs.wait(thread, GRAPH, input=say(said))
    assert [message["type"] for message in state["messages"]] == ["human", "ai"] * 2
    assert state["kept"]["step"] == 2


def test_threads_share_a_folder_and_nothing_blocks_the_server(served):
    client, folder = served
    with OpenAIServer(keep) as server:
        context = {"model": f"vllm:any@{server.url}", "memory": "memories/shared"}
        threads = [client.threads.create()["thread_id"] for _ in range(2)]
        states = [
            client.runs.wait(thread, GRAPH, input=say("Hello."), context=context)
            for thread in threads
        ]
    assert (folder / "memories/shared/notes.md").read_text() == "somebody spoke\n" * 2
    assert "somebody spoke\nsomebody spoke" in states[1]["messages"][-1]["content"]
    assert states[1]["recalled"][0]["file"] == "notes.md"
    assert "Blocking call" not in (folder / "server.log").read_text()


def test_a_wrong_context_is_an_error_that_says_what_is_wrong(served):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    with pytest.raises(Exception, match="nowhere"):
        client.runs.wait(thread, GRAPH, input=say("Hello."), context={"scaffold": "nowhere"})
