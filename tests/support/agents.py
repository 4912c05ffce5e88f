"""Agents that are made in other ways, or go wrong: `agent:support.agents:NAME`."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelRetryMiddleware
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from support.scripted import Tooled, calls
from support.talks import Both, keep

NO_FUNCTION = "not callable"
SAVER = InMemorySaver()


def takes_none() -> None:
    """No factory: it takes nothing."""


@tool
def colours(thing: str) -> str:
    """The colours there are."""
    return f"My {thing} is shade 42-9."


def looks_up(messages: list[Any]) -> AIMessage:
    """Asks the tool once, then says what it answered; in memory's calls, as `Both` does."""
    if messages[-1].text.startswith(("# LOG", "# PLAN", "<|")):
        return AIMessage(content=keep(messages))
    if any(message.type == "tool" for message in messages):
        return AIMessage(content=next(m.text for m in messages if m.type == "tool"))
    return calls(("colours", {"thing": "hat"}))


def with_tool(middleware: Any) -> Any:
    return create_agent(Tooled(say=looks_up), [colours], middleware=[middleware])


async def asynchronous(middleware: Any) -> Any:
    return create_agent(Both(), middleware=[middleware])


class Mortal(Both):
    """Dies by kill -9 in the call that the file `dies` names by its last words, and only once."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **more: Any) -> ChatResult:
        order = Path("dies")
        if order.exists() and order.read_text() in messages[-1].text:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._generate(messages, *args, **more)


def mortal(middleware: Any) -> Any:
    return create_agent(Mortal(), middleware=[middleware])


def remembers_threads(middleware: Any) -> Any:
    return create_agent(Both(), middleware=[middleware], checkpointer=SAVER)


def in_a_graph(middleware: Any) -> Any:
    inner = create_agent(Both(), middleware=[middleware])
    graph = StateGraph(MessagesState)
    graph.add_node("assistant", inner)
    graph.add_edge(START, "assistant")
    return graph.compile()


def deep(middleware: Any) -> Any:
    from deepagents import create_deep_agent

    return create_deep_agent(model=Both(), middleware=[middleware])


def retries(middleware: Any) -> Any:
    """Goes on whatever happens: an error becomes an answer."""
    again = ModelRetryMiddleware(max_retries=1, initial_delay=0, on_failure="continue")
    return create_agent(Both(), middleware=[again, middleware])


def forgets_middleware(middleware: Any) -> Any:
    return create_agent(Both())


def cannot_be_made(middleware: Any) -> Any:
    raise OSError("no disk")


def breaks_off(middleware: Any) -> Any:
    def fail(_: Any) -> Any:
        raise ValueError("the third door\nis locked")

    return RunnableLambda(fail)


def asks_a_person(middleware: Any) -> Any:
    graph = StateGraph(MessagesState)
    graph.add_node("ask", lambda state: interrupt("may I?"))
    graph.add_edge(START, "ask")
    return graph.compile(checkpointer=InMemorySaver())


def says_nothing(middleware: Any) -> Any:
    return RunnableLambda(lambda state: {"messages": [*state["messages"], AIMessage(content=" ")]})


def returns_text(middleware: Any) -> Any:
    return RunnableLambda(lambda state: "hello")


def echoes(middleware: Any) -> Any:
    return RunnableLambda(lambda state: {"messages": [HumanMessage(content="me")]})
