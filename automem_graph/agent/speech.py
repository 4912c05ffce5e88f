"""What is said, as messages: a reply as the conversation carries it on, and the answers to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from automem_graph.agent.state import Message

NO_REPLY = "(no reply)"
"""Stands for a reply that is empty after stripping: many servers refuse an empty message."""

NOT_RUN = "This call did not run."
"""Answers a tool call that came after the end of its routine, or where only a commit counts."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ODD_NAME = "unknown"
"""Stands for a tool's name that no provider takes in a conversation."""


def spoken(
    reply: str,
    tools: Sequence[Mapping[str, Any]] = (),
    turn: int = 0,
    stripped: Collection[str] = (),
) -> Message:
    """A reply as a message, without the tool calls of `stripped` names; the trace has the raw one.

    `turn` is the index of its model call in the step. What no server would take back is made
    plain: a name that is none, and arguments that are no object.
    """
    made = [
        {
            "name": tool["name"] if _PLAIN_NAME.fullmatch(tool["name"]) else _ODD_NAME,
            "args": {} if isinstance(tool["args"], str) else _cleaned(tool["args"]),
            "id": call_id(turn, place),
            "type": "tool_call",
        }
        for place, tool in enumerate(tools)
        if tool["name"].upper() not in stripped
    ]
    if made:
        return {"role": "assistant", "content": clean(reply).strip(), "tool_calls": made}
    return {"role": "assistant", "content": as_said(reply)}


def answered(message: Message, results: Mapping[str, str]) -> list[Message]:
    """An answer to each of a message's tool calls; it has none in tags."""
    return [
        {"role": "tool", "content": results.get(call["id"]) or NOT_RUN, "tool_call_id": call["id"]}
        for call in message.get("tool_calls", ())
    ]


def call_id(turn: int, place: int) -> str:
    """The id of a reply's tool call: nine letters and digits, which every provider takes.

    Those of a server differ from run to run, so twins would not be alike.
    """
    return f"call{turn:02d}{place:03d}"


def as_said(reply: str) -> str:
    """A reply's text as the conversation carries it on where it stands alone."""
    return clean(reply).strip() or NO_REPLY


def whole(text: str) -> str:
    """Text without lone surrogates: a server's JSON can hold them, but they are no characters."""
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """Prompt text that any server takes and the trace can mark: whole, and without NUL."""
    return whole(text.replace("\0", ""))


def _cleaned(args: Mapping[str, str]) -> dict[str, str]:
    return {clean(name): clean(value) for name, value in args.items()}
