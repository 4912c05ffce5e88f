"""Thirty sessions once more, told and asked in all the ways that an agent of LangChain's can run.

Facts come from the person, from one of two tools called at once, and from a tool that waits for
approval. Questions are asked, streamed, awaited, and passed on to a sub-agent that has nothing but
the same memory.
"""

import asyncio
import re

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from automem_graph import AutoMemMiddleware
from automem_graph.models.companion import answer
from support.scripted import Tooled, calls
from support.sessions import CHANGED, EARLY, SAME, right_answers

REGISTER = {}
"""What the tool finds that looks things up."""


def look_up(thing: str) -> str:
    """Look a thing up."""
    return f"Your {thing} is {REGISTER[thing]}."


def weather() -> str:
    """Look out of the window."""
    return "Rain, and more of it."


def change(thing: str, value: str) -> str:
    """Change a thing, once a person has approved."""
    return f"Your {thing} is now {value}." if interrupt("Really?") else "Nothing was changed."


def say(messages):
    """The companion, who also uses tools where it is asked to."""
    person = max(at for at, one in enumerate(messages) if is_person(one))
    text = messages[person].text
    results = [one for one in messages[person:] if isinstance(one, ToolMessage)]
    if look := re.fullmatch(r"Please look up my (.+)\.", text):
        return "Done." if results else calls(("look_up", {"thing": look[1]}), ("weather", {}))
    if new := re.fullmatch(r"Please change my (.+) to (.+)\.", text):
        return "Done." if results else calls(("change", {"thing": new[1], "value": new[2]}))
    if passed := re.fullmatch(r"Please ask the clerk: (.+)", text):
        return results[-1].text if results else calls(("ask_the_clerk", {"question": passed[1]}))
    return answer(messages)


def is_person(message):
    return isinstance(message, HumanMessage) and message.name != "memory"


def hire(*middleware):
    """An agent with tools and a sub-agent, both with the same middleware; and its model."""
    model = Tooled(say=say)
    clerk = create_agent(model, middleware=middleware, name="clerk")

    def ask_the_clerk(question: str) -> str:
        """Pass a question on to somebody who was not there."""
        return clerk.invoke({"messages": [("human", question)]})["messages"][-1].text

    tools = [look_up, weather, change, ask_the_clerk]
    saver = InMemorySaver()
    return create_agent(model, tools, middleware=middleware, checkpointer=saver), model


def said(agent, text, config):
    return agent.invoke({"messages": [("human", text)]}, config)["messages"][-1].text


def plainly(agent, turn, config):
    return said(agent, turn.said, config)


def awaited(agent, turn, config):
    asked = {"messages": [("human", turn.said)]}
    return asyncio.run(agent.ainvoke(asked, config))["messages"][-1].text


def streamed(agent, turn, config):
    asked = {"messages": [("human", turn.said)]}
    return only_the_agent(agent.stream(asked, config, stream_mode="messages"))


def streamed_and_awaited(agent, turn, config):
    async def listen():
        asked = {"messages": [("human", turn.said)]}
        return [one async for one in agent.astream(asked, config, stream_mode="messages")]

    return only_the_agent(asyncio.run(listen()))


def only_the_agent(stream):
    """What a caller sees while it is said: one message of the agent's, and nothing of memory's."""
    (message,) = [message for message, _ in stream]
    assert isinstance(message, AIMessage)
    return message.text


def of_two_tools(agent, turn, config):
    REGISTER[turn.thing] = turn.value
    return said(agent, f"Please look up my {turn.thing}.", config)


def with_approval(agent, turn, config):
    asked = f"Please change my {turn.thing} to {turn.value}."
    (pause,) = agent.invoke({"messages": [("human", asked)]}, config)["__interrupt__"]
    assert pause.value == "Really?"
    return agent.invoke(Command(resume=True), config)["messages"][-1].text


def passed_on(agent, turn, config):
    return said(agent, f"Please ask the clerk: {turn.said}", config)


TELLING = (plainly, of_two_tools, with_approval, streamed, awaited)
ASKING = (plainly, streamed, awaited, passed_on, streamed_and_awaited, passed_on, plainly)


def talk_with(agent):
    def talk(session, turn):
        ways = ASKING if turn.kind else TELLING if turn.thing else (plainly,)
        config = {"configurable": {"thread_id": f"session-{session}"}}
        return ways[session % len(ways)](agent, turn, config)

    return talk


@pytest.fixture
def memory():
    with AutoMemMiddleware("memories", specialist="offline:player") as memory:
        yield memory


def test_memory_carries_it_however_the_agent_is_run(memory):
    agent, model = hire(memory)
    assert right_answers(talk_with(agent)) == {SAME: 6, CHANGED: 14, EARLY: 6}
    for prompt in model.prompts:
        assert sum(one.name == "memory" for one in prompt) <= 1
        assert not any(isinstance(one, SystemMessage) for one in prompt)
        assert_calls_are_answered(prompt)


def test_without_memory_nothing_of_this_carries_it():
    agent, _ = hire()
    right = right_answers(talk_with(agent))
    assert (right[CHANGED], right[EARLY]) == (0, 0)


def assert_calls_are_answered(prompt):
    """Each call is answered right after the message that makes it, and nothing else is."""
    awaited = []
    for message in prompt:
        if isinstance(message, ToolMessage):
            awaited.remove(message.tool_call_id)
            continue
        assert not awaited
        awaited = [call["id"] for call in getattr(message, "tool_calls", ())]
    assert not awaited
