"""Let the agent speak: it is made, given the conversation, and heard until it has answered."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from contextlib import closing
from contextvars import Context
from typing import Any
from uuid import uuid4

from langchain_core.messages import AnyMessage, BaseMessage, ToolMessage
from langchain_core.messages.ai import AIMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs
from langgraph.config import get_config

from automem_graph.agent.speech import clean
from automem_graph.agent.state import Step
from automem_graph.agent.table import GAMEPLAY
from automem_graph.assistant.own.desk import OwnDesk
from automem_graph.assistant.own.factory import in_a_line
from automem_graph.assistant.own.listening import Listening
from automem_graph.assistant.own.middleware import EpisodeMiddleware
from automem_graph.assistant.own.record import Record


class AgentFailed(RuntimeError):
    """An agent of somebody's own gave no answer: one sentence on which, and why."""


def speak(desk: OwnDesk, state: Step, record: Record) -> str:
    """What the agent answers to the conversation so far; empty where it says nothing.

    The turn has a thread of its own: what the agent's checkpointer keeps of others is not in it.
    Raises AgentFailed for whatever goes wrong in it, and as it is what goes wrong with memory, the
    specialist or the budget, also where the agent would have gone on.
    """
    name = desk.model_names[GAMEPLAY]
    messages = desk.talk.with_next(state["step"], state["seen"]["observation"])
    with closing(Listening(name, record, desk.meter)) as listening:
        own = RunnableConfig(
            callbacks=[listening],
            configurable={"thread_id": f"{desk.episode}-{state['step']}-{uuid4().hex[:8]}"},
        )
        middleware = EpisodeMiddleware(desk, record)
        # Outside of the graph that runs here: its checkpointer and streams are not the agent's.
        outside = Context()
        config = outside.run(merge_configs, _watching(), own)
        try:
            given = outside.run(_answer, desk, middleware, messages, config)
        except Exception as error:
            if record.trouble is not None:
                raise record.trouble from error
            raise AgentFailed(f"the agent {name} raised {in_a_line(error)}") from error
    if record.trouble is not None:
        raise record.trouble
    if not record.keeps and record.calls and state["step"] == 0:
        raise AgentFailed(
            f"the agent {name} called its model without the middleware that it was given: pass it "
            "on, as in create_agent(..., middleware=[middleware])"
        )
    return _said(name, given)


def _watching() -> RunnableConfig:
    """Who watches the graph that runs here; they watch the agent as well."""
    try:
        return RunnableConfig(callbacks=get_config().get("callbacks"))
    except RuntimeError:  # not in a graph
        return RunnableConfig()


def _answer(
    desk: OwnDesk,
    middleware: EpisodeMiddleware,
    messages: list[AnyMessage],
    config: RunnableConfig,
) -> Any:
    if inspect.iscoroutinefunction(desk.make):
        return asyncio.run(_answer_async(desk, middleware, messages, config))
    return desk.make(middleware).invoke({"messages": messages}, config)


async def _answer_async(
    desk: OwnDesk,
    middleware: EpisodeMiddleware,
    messages: list[AnyMessage],
    config: RunnableConfig,
) -> Any:
    agent = await desk.make(middleware)
    return await agent.ainvoke({"messages": messages}, config)


def _said(name: str, given: Any) -> str:
    """The text of the last message."""
    if isinstance(given, Mapping) and given.get("__interrupt__"):
        raise AgentFailed(
            f"the agent {name} stopped to ask a person, and nobody is here to answer: leave "
            "interrupts out of the agent that is played"
        )
    messages = given.get("messages") if isinstance(given, Mapping) else None
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not isinstance(last, BaseMessage):
        raise AgentFailed(
            f"the agent {name} gave back no messages: it must be a graph whose state has "
            "`messages`, as create_agent makes it"
        )
    return clean(last.text).strip() if isinstance(last, AIMessage | ToolMessage) else ""
