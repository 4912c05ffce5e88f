"""Memory in async hosts, and many conversations at once."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.assistant.middleware import AutoMemMiddleware
from support.openai_server import OpenAIServer
from support.scripted import Scripted, calls
from support.talking import (
    conversation,
    host,
    keep,
    keeper,
    memory,
    notes,
    on,
    recalled,
    talker,
    valid,
    weather,
)

MANY = 16


def test_an_async_host_is_served_as_well():
    where, model = memory(), host(calls(("weather", {"city": "Rome"})), "It rains.")
    agent, _ = talker(where, model, weather, checkpointer=InMemorySaver())
    state = asyncio.run(agent.ainvoke({"messages": "Does it rain?"}, on("a")))
    assert conversation(state)[-1] == ("ai", "It rains.")
    assert len(notes(where)) == 2
    assert all(map(valid, model.prompts))
    assert "It rains in Rome." in recalled(model.prompts[1])


def test_the_event_loop_is_never_blocked():
    where, model = Path("memories"), host()

    async def talk() -> None:
        agent, _ = talker(where, model)
        with blockbuster_ctx("automem_graph"):
            await agent.ainvoke({"messages": "My plant is a fern."})

    asyncio.run(talk())
    assert "My plant is a fern." in recalled(model.prompts[0])


def test_the_loop_goes_on_while_memory_waits_for_its_model():
    def slow(messages: Any) -> str:
        time.sleep(0.05)
        return keep(messages)

    async def talk() -> int:
        agent, _ = talker(memory(), host(), keeps=Scripted(say=slow))
        beats = 0
        asked = asyncio.ensure_future(agent.ainvoke({"messages": "Hello."}))
        while not asked.done():
            await asyncio.sleep(0.01)
            beats += 1
        return beats

    assert asyncio.run(talk()) > 3


def test_many_conversations_at_once_lose_no_line():
    where, model = memory(), host()
    agent, _ = talker(where, model, checkpointer=InMemorySaver())

    async def talk() -> None:
        asked = [{"messages": f"I am {number}."} for number in range(MANY)]
        threads = [on(f"thread-{number}") for number in range(MANY)]
        await asyncio.gather(*map(agent.ainvoke, asked, threads))

    asyncio.run(talk())
    assert sorted(notes(where)) == sorted(
        f"The user says: I am {number}." for number in range(MANY)
    )
    for prompt in model.prompts:
        assert prompt[-1].text.removeprefix("I am ") in recalled(prompt)


def test_many_threads_at_once_lose_no_line():
    agent, _ = talker("memories", host())

    def talk(number: int) -> None:
        agent.invoke({"messages": f"I am {number}."})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(MANY)))
    lines = Path("memories/notes.md").read_text().splitlines()
    assert sorted(lines) == sorted(f"The user says: I am {number}." for number in range(MANY))


def test_a_host_that_is_cancelled_is_cancelled_and_what_was_heard_is_known():
    where, model = memory(), host()

    def slow(messages: Any) -> str:
        time.sleep(0.1)
        return keep(messages)

    agent, _ = talker(where, model, keeps=Scripted(say=slow), checkpointer=InMemorySaver())

    async def talk() -> None:
        asked = asyncio.ensure_future(agent.ainvoke({"messages": "I am Ann."}, on("a")))
        await asyncio.sleep(0.15)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        while not notes(where):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        await agent.ainvoke(None, on("a"))

    asyncio.run(talk())
    assert notes(where) == ["The user says: I am Ann."]


def test_a_real_client_over_http_gets_what_was_recalled_as_the_users_word():
    with OpenAIServer(lambda _: "Noted.") as server:
        model = ChatOpenAI(model="any", base_url=server.url, api_key="none", max_retries=0)
        remembers = AutoMemMiddleware(memory(notes="lives in Rome"), keeper())
        agent = create_agent(model, system_prompt="Be brief.", middleware=[remembers])
        asyncio.run(agent.ainvoke({"messages": "Where do I live?"}))
    (request,) = server.requests
    sent = request.body["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "user"]
    assert "lives in Rome" in sent[1]["content"]
    assert "lives in Rome" not in sent[0]["content"]
    assert sent[2]["content"] == "Where do I live?"
