"""What is new in a conversation since its model last spoke, as text and as sources."""

from __future__ import annotations

import json
from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, SystemMessage, ToolMessage

from automem_graph.agent.speech import clean
from automem_graph.memory.source import Heard, Kind

MOST_CHARS = 8000
"""Characters of one message that memory is shown; a longer one is cut, and says so."""


def news(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The messages after the latest reply of the model: people's, and what tools answered."""
    last = max((at for at, one in enumerate(messages) if isinstance(one, AIMessage)), default=-1)
    return [one for one in messages[last + 1 :] if not isinstance(one, SystemMessage)]


def last_said(messages: Sequence[AnyMessage]) -> str:
    """The model's latest reply with its tool calls, as text; empty before the first one."""
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            calls = [f"{call['name']}({_shown(call['args'])})" for call in message.tool_calls]
            return _cut("\n".join(filter(None, (message.text, *calls))))
    return ""


def as_text(messages: Sequence[BaseMessage]) -> str:
    """The messages as memory sees them, each with who says it."""
    return "\n\n".join(_said(message) for message in messages)


def heard(messages: Sequence[BaseMessage]) -> tuple[Heard, ...]:
    """The messages as sources."""
    return tuple(
        Heard(id=clean(one.id or ""), kind=_kind(one), name=clean(one.name or "")[:80])
        for one in messages
    )


def _said(message: BaseMessage) -> str:
    kind = _kind(message)
    name = f" {message.name}" if message.name else ""
    who = {"human": f"The user{name} says:", "tool": f"The tool{name} answers:"}
    return f"{who.get(kind, f'The {kind} says:')}\n{_cut(message.text)}"


def _kind(message: BaseMessage) -> Kind:
    if isinstance(message, ToolMessage):
        return "tool"
    if isinstance(message, AIMessage):
        return "assistant"
    return "system" if isinstance(message, SystemMessage) else "human"


def _cut(text: str) -> str:
    text = clean(text).strip()
    if len(text) <= MOST_CHARS:
        return text
    return f"{text[:MOST_CHARS]}\n(the first {MOST_CHARS:,} of {len(text):,} characters)"


def _shown(args: object) -> str:
    return json.dumps(args, ensure_ascii=False, default=str)[:500]
