"""What a host's caller sees of memory's calls: nothing; what a tracer sees: all of them, nested."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.assistant.middleware import AutoMemMiddleware
from support.langsmith_server import LangSmithServer
from support.scripted import calls
from support.talking import host, keeper, memory, on, talker, weather

RAIN = calls(("weather", {"city": "Rome"}))
SECRET = ("APPEND", "READ", "That is all.", "From the notes", "# LOG", "lives in Rome")


def agent_of(**other: Any) -> Any:
    """An agent whose memory has something to tell."""
    return talker(memory(notes="lives in Rome"), host(RAIN, "It rains."), weather, **other)[0]


def clean(told: Any) -> bool:
    """Whether nothing of memory's is in what was streamed."""
    return not any(words in str(told) for words in SECRET)


def test_the_stream_of_messages_is_the_hosts():
    for subgraphs in (False, True):
        agent = agent_of()
        stream = agent.stream(
            {"messages": "Hello."}, stream_mode="messages", subgraphs=subgraphs, version="v2"
        )
        told = [part["data"][0] for part in stream]
        assert [message.type for message in told] == ["ai", "tool", "ai"]
        assert clean(told)


@pytest.mark.parametrize("mode", ["updates", "values", "custom", "tasks", "debug"])
def test_no_other_stream_tells_of_what_was_recalled(mode: Any):
    agent = agent_of(checkpointer=InMemorySaver())
    told = list(agent.stream({"messages": "Hello."}, on("a"), stream_mode=mode, subgraphs=True))
    assert clean(told)
    assert all(part[0] == () for part in told)


def test_no_event_is_streamed_of_memorys_runs():
    async def heard() -> list[Any]:
        events = agent_of().astream_events({"messages": "Hello."}, version="v2")
        return [event async for event in events]

    told = asyncio.run(heard())
    assert clean([event["name"] for event in told])
    assert {event["name"] for event in told} & {"log", "plan", "memory_agent", "Scripted"} == set()
    spoke = [event for event in told if event["event"] == "on_chat_model_end"]
    assert len(spoke) == 2


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
def test_the_messages_of_a_run_are_the_hosts():
    run = agent_of().stream_events({"messages": "Hello."}, version="v3")
    said = [str(message.text) for message in run.messages]
    assert said[-1] == "It rains."
    assert len(said) == 2
    assert clean(said)


def test_only_the_hosts_graph_is_checkpointed():
    saver = InMemorySaver()
    agent_of(checkpointer=saver).invoke({"messages": "Hello."}, on("a"))
    assert set(saver.storage) == {"a"}
    assert set(saver.storage["a"]) == {""}
    assert clean(list(saver.list(on("a"))))


def test_a_callback_of_the_callers_hears_memorys_calls():
    class Counts(BaseCallbackHandler):
        def __init__(self) -> None:
            self.tags: list[list[str]] = []
            self.metadata: list[dict[str, Any]] = []

        def on_chat_model_start(self, *_: Any, **told: Any) -> None:
            self.tags.append(told["tags"])
            self.metadata.append(told["metadata"])

    counts = Counts()
    agent_of().invoke({"messages": "Hello."}, {"callbacks": [counts]})
    memorys = [tags for tags in counts.tags if "nostream" in tags]
    assert len(counts.tags) == len(memorys) + 2 == 8
    assert all("automem" in tags for tags in memorys)
    assert [told.get("lc_source") for told in counts.metadata].count("automem") == 6


PROGRAM = """
import asyncio, sys
from langchain_core.tracers.langchain import wait_for_all_tracers
from support.talking import *
from support.scripted import calls
model = host(calls(("weather", {"city": "Rome"})), "It rains.")
agent, _ = talker(memory(notes="lives in Rome"), model, weather, name="talks")
asked = {"messages": "Hello."}
print(asyncio.run(agent.ainvoke(asked)) if sys.argv[1] == "async" else agent.invoke(asked))
wait_for_all_tracers()
"""


@pytest.mark.parametrize("way", ["sync", "async"])
def test_a_trace_has_memorys_run_inside_of_the_hosts(way: str):
    with LangSmithServer() as server:
        told = {
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_ENDPOINT": server.url,
            "LANGSMITH_API_KEY": "none",
        }
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, way],
            env={**os.environ, **told}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "It rains." in ran.stdout
    (root,) = server.roots
    assert root["name"] == "talks"
    runs = {run["id"]: run for run in server.under(root)}
    inner = [run for run in runs.values() if run["name"] == "memory_agent"]
    assert len(inner) == 2
    for run in inner:
        above = [run]
        while (parent := runs.get(above[-1]["parent_run_id"])) is not None:
            above.append(parent)
        assert "model" in {one["name"] for one in above}
        below = [one for one in runs.values() if one["parent_run_id"] == run["id"]]
        nodes = [one["name"] for one in sorted(below, key=lambda one: one["start_time"])]
        assert nodes == ["observe", "log", "remember", "plan", "recall", "plan", "recall", "reply"]
    spoken = [run for run in runs.values() if run["run_type"] == "llm"]
    specialists = [run for run in spoken if run["name"] == "specialist"]
    assert (len(spoken), len(specialists)) == (8, 6)
    assert {"role:specialist", "nostream"} <= set(specialists[0]["tags"])
    assert "lives in Rome" in json.dumps([run["outputs"] for run in inner])


def test_a_model_that_streams_is_streamed_and_memorys_is_not():
    model = GenericFakeChatModel(messages=iter([AIMessage("one two three")]))
    agent = create_agent(model, middleware=[AutoMemMiddleware(memory(notes="x"), keeper())])
    stream = agent.stream({"messages": "Hello."}, stream_mode="messages")
    assert [chunk.text for chunk, _ in stream if chunk.text.strip()] == ["one", "two", "three"]
