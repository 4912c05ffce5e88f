"""One turn of the step's conversation: say what is pending, hear a reply, read its calls.

One conversation per step is shared by both routines and both models. Roles always alternate:
whatever the user side has to say until the next model call is one message.
"""

from __future__ import annotations

import time
from typing import Any

from langchain_core.messages import AIMessage

from automem_graph.agent.desk import SPECIALIST, Desk
from automem_graph.agent.state import Message, Step
from automem_graph.memory.grammar import parse, strip_commits
from automem_graph.protocols import Role, Routine

NO_REPLY = "(no reply)"
"""Stands for a reply that is empty after stripping: many servers refuse an empty message."""


def ask(desk: Desk, state: Step, routine: Routine, role: Role) -> Step:
    """Ask one role's model for its next reply in a routine; its errors are not caught here."""
    messages = [*state["messages"], {"role": "user", "content": "\n\n".join(state["pending"])}]
    started = time.perf_counter()
    answer = desk.models[role].invoke(messages)
    seconds = time.perf_counter() - started
    reply = whole(answer.text)
    call = {
        "role": role,
        "routine": routine,
        "model": desk.model_names[role],
        "prompt": len(messages),
        "reply": reply,
        "usage": _usage(messages, answer, reply),
        "ms": round(seconds * 1000, 2),
    }
    kept = reply
    if desk.two_models and routine == "plan" and role == SPECIALIST:
        kept = strip_commits(reply, desk.scaffold.manifest.actions)
    return {
        "messages": [*messages, {"role": "assistant", "content": as_said(kept)}],
        "pending": [],
        "todo": [
            found.model_dump() for found in parse(reply, desk.scaffold.manifest.actions, routine)
        ],
        "calls": [*state["calls"], call],
        "rounds": state["rounds"] + 1,
    }


def rounds_left(desk: Desk, state: Step) -> int:
    """Model calls that the current routine may still make."""
    return desk.scaffold.manifest.limits.rounds - state["rounds"]


def whole(text: str) -> str:
    """Text without lone surrogates: a server's JSON can hold them, but they are no characters."""
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """Prompt text that any server takes and the trace can mark: whole, and without NUL."""
    return whole(text.replace("\0", ""))


def as_said(reply: str) -> str:
    """A reply as the conversation carries it on; the trace keeps the raw one."""
    return clean(reply).strip() or NO_REPLY


def _usage(messages: list[Message], answer: AIMessage, reply: str) -> dict[str, Any]:
    """Input and output tokens as the provider counted them, else about four characters each."""
    if answer.usage_metadata:
        return {
            "input": answer.usage_metadata["input_tokens"],
            "output": answer.usage_metadata["output_tokens"],
        }
    return {
        "input": sum(_tokens(message["role"], message["content"]) for message in messages),
        "output": _tokens("assistant", reply),
        "approximate": True,
    }


def _tokens(role: str, content: str) -> int:
    """As langchain_core's `count_tokens_approximately` has it, which is slow: it makes messages."""
    return -(-(len(role) + len(content)) // 4) + 3
