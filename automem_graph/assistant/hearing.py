"""What is new in a conversation since its model last spoke, as text and as sources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Literal
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, SystemMessage, ToolMessage

from automem_graph.agent.speech import clean, whole
from automem_graph.assistant.state import Kept
from automem_graph.memory.source import Heard, Kind

SOURCE = "lc_source"
"""The key that LangChain's middleware marks the messages with that it makes."""

MEMORYS = "memory_"
"""What the names of memory's tools begin with."""

MOST_CHARS, MOST_NEWS = 8000, 32_000
"""Characters of one message that memory is shown, and of all that is new; what is longer is cut,
and says so."""

MOST_BEFORE = 2000
"""Characters that are kept of what was new, to be shown the next time."""

MOST_MARKS = 64
"""Messages that are known to have been heard."""


def latest(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The latest reply of the model, and all after it: what a run needs of a conversation."""
    last = max((at for at, one in enumerate(messages) if isinstance(one, AIMessage)), default=0)
    return list(messages[last:])


def told(messages: Sequence[AnyMessage], kept: Kept | None) -> list[AnyMessage]:
    """What a run needs of a conversation: what was missed before, and the latest of it."""
    late, missed = latest(messages), _marks(kept, "missed")
    earlier = messages[: len(messages) - len(late)] if missed else ()
    return [*(one for one in earlier if mark(one) in missed), *late]


def news(messages: Sequence[AnyMessage], kept: Kept | None = None) -> list[AnyMessage]:
    """The messages after the latest reply of the model: people's, and what tools answered.

    What a thread keeps adds those that were missed before, and takes away those that were heard.
    What a middleware put there is nobody's word: a summary, for example. What a memory tool
    answered is memory's own.
    """
    known = _marks(kept, "heard")
    return [
        one
        for one in told(messages, kept)
        if not isinstance(one, AIMessage | SystemMessage)
        and SOURCE not in one.additional_kwargs
        and not _of_memory(one)
        and mark(one) not in known
    ]


def after(messages: Sequence[AnyMessage], kept: Kept | None, *, logged: bool) -> Kept:
    """What a thread keeps about its messages once LOG has had what is new, or has missed it."""
    new = [mark(one) for one in news(messages, kept)]
    if logged:
        return {"heard": [*_marks(kept, "heard"), *new][-MOST_MARKS:], "missed": []}
    return {"heard": _marks(kept, "heard")[-MOST_MARKS:], "missed": new[-MOST_MARKS:]}


def mark(message: BaseMessage) -> str:
    """What tells a message from others, also from itself once it was edited."""
    said = "\0".join((message.id or uuid4().hex, message.type, message.text))
    return sha256(whole(said).encode()).hexdigest()[:16]


def _marks(kept: Kept | None, name: Literal["heard", "missed"]) -> list[str]:
    return list((kept or {}).get(name, []))


def last_said(messages: Sequence[AnyMessage]) -> str:
    """The model's latest reply with its tool calls, as text; empty before the first one."""
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            calls = [f"{call['name']}({_shown(call['args'])})" for call in message.tool_calls]
            return cut("\n".join(filter(None, (message.text, *calls))))
    return ""


def as_text(messages: Sequence[BaseMessage]) -> str:
    """The messages as memory sees them, each with who says it."""
    return cut("\n\n".join(_said(message) for message in messages), MOST_NEWS)


def heard(messages: Sequence[BaseMessage]) -> tuple[Heard, ...]:
    """The messages as sources."""
    return tuple(
        Heard(id=clean(one.id or ""), kind=_kind(one), name=_name(one)) for one in messages
    )


def _of_memory(message: BaseMessage) -> bool:
    name = message.name or ""
    return isinstance(message, ToolMessage) and (name == "memory" or name.startswith(MEMORYS))


def _said(message: BaseMessage) -> str:
    kind = _kind(message)
    name = f" {_name(message)}" if message.name else ""
    who = {"human": f"The user{name} says:", "tool": f"The tool{name} answers:"}
    return f"{who.get(kind, f'The {kind} says:')}\n{cut(message.text) or '(no text)'}"


def _name(message: BaseMessage) -> str:
    return " ".join(clean(message.name or "").split())[:80]


def _kind(message: BaseMessage) -> Kind:
    if isinstance(message, ToolMessage):
        return "tool"
    if isinstance(message, AIMessage):
        return "assistant"
    return "system" if isinstance(message, SystemMessage) else "human"


def cut(text: str, most: int = MOST_CHARS) -> str:
    """The text's first `most` characters, with a note where there are more."""
    text = clean(text).strip()
    if len(text) <= most:
        return text
    return f"{text[:most]}\n(the first {most:,} of {len(text):,} characters)"


def _shown(args: object) -> str:
    return json.dumps(args, ensure_ascii=False, default=str)[:500]
