"""Agents that talk, with a memory that writes down all that it hears."""

import re
from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, ToolMessage
from langchain_core.tools import tool

from automem_graph.assistant.middleware import AutoMemMiddleware
from automem_graph.memory.shared import SharedMemory
from support.scripted import Scripted, Tooled, routine

NOTES = "notes.md"
_SEEN = re.compile(r"What you see now:\n(.*?)\n\nYou(?:r files| have no)", re.DOTALL)


def keep(messages: Sequence[BaseMessage]) -> str:
    """Writes down each thing that is new as one line; then reads all of it, and is content."""
    said = messages[-1].text
    if routine(list(messages)) == "log":
        lines = seen(said).split("\n\n")
        notes = [f"<|APPEND|>{NOTES}|{' '.join(line.split())}<|END|>" for line in lines]
        return "".join([*notes, "<|DONE|>"])
    return f"<|READ|>{NOTES}<|END|>" if "# PLAN" in said else "That is all."


def seen(prompt: str) -> str:
    """What is new, as a prompt of LOG shows it."""
    found = _SEEN.search(prompt)
    return found[1] if found else ""


def keeper(**other: Any) -> Scripted:
    """A specialist that keeps notes."""
    return Scripted(say=keep, **other)


def host(*replies: str | AIMessage) -> Tooled:
    """A host's model that says these, one after the other, then the last one for ever."""
    left = list(replies or ["Noted."])

    def say(_: list[BaseMessage]) -> str | AIMessage:
        said = left.pop(0) if len(left) > 1 else left[0]
        return said.model_copy() if isinstance(said, AIMessage) else said

    return Tooled(say=say)


def memory(**files: str) -> SharedMemory:
    """A memory in this process, with these files (`notes` is notes.md)."""
    where = SharedMemory.in_process()
    for name, text in files.items():
        where.write(f"{name}.md", text)
    return where


def talker(
    where: Any, model: Any, *tools: Any, keeps: Any = None, **other: Any
) -> tuple[Any, AutoMemMiddleware]:
    """An agent with memory, and its middleware; `around` are middlewares outside of it."""
    around, within = other.pop("around", ()), other.pop("within", ())
    remembers = AutoMemMiddleware(where, keeps or keeper(), **other.pop("options", {}))
    middleware = [*around, remembers, *within]
    return create_agent(model, list(tools), middleware=middleware, **other), remembers


def recalled(prompt: Sequence[BaseMessage]) -> str:
    """What memory told a host's model; empty for nothing."""
    return "\n".join(m.text for m in prompt if m.type == "human" and m.name == "memory")


def conversation(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Who said what."""
    return [(message.type, message.text) for message in state["messages"]]


def notes(where: SharedMemory) -> list[str]:
    return (where.text(NOTES) or "").splitlines()


def on(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread}}


def valid(prompt: Sequence[AnyMessage]) -> bool:
    """Whether each tool call is answered right after it, and nothing else is answered."""
    open_calls: set[str] = set()
    for message in prompt:
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in open_calls:
                return False
            open_calls.remove(message.tool_call_id)
        elif open_calls:
            return False
        elif isinstance(message, AIMessage):
            open_calls = {str(call["id"]) for call in message.tool_calls}
    return not open_calls


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"It rains in {city}."
