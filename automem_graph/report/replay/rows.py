"""What a replay reads of a trace: as little as it needs, so that a foreign one is read as well.

`trace.read_trace` refuses what another version wrote, since playing on must not be mistaken.
Looking may be: unknown fields are passed over, and those that are needed are checked.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Lenient(BaseModel):
    """Base of what is read: fields that nobody knows are no error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Answer(Lenient):
    """The world's answer, without its text and facts."""

    reward: float = 0.0
    done: bool = False
    progression: float = 0.0
    facts: dict[str, Any] = {}


class TextAnswer(Answer):
    """The same with its text."""

    text: str


class Head(Lenient):
    """A trace's first line."""

    format: int
    episode: str
    seed: int
    asked: dict[str, Any]
    answer: TextAnswer


class Ending(Lenient):
    """An episode's result: how it ended."""

    status: Literal["done", "failed", "stopped"]
    error: str | None = None
    progression: float | None = None
    ended: Literal["world", "limit"] | None = None


class Failure(Lenient):
    """Of a model call only why there was no reply."""

    error: str = ""


class Glance(Lenient):
    """Of a step only what the timeline needs."""

    step: int
    action: str
    note: str = ""
    fallback: bool = False
    unchanged: int = 0
    rejections: tuple[str, ...] = ()
    calls: tuple[Failure, ...] = ()
    answer: Answer


class Usage(Lenient):
    """Tokens of a model call."""

    input: int = 0
    output: int = 0


class Tool(Lenient):
    """A tool call as the model made it."""

    name: str
    args: dict[str, Any] | str = ""


class Call(Lenient):
    """A model call."""

    role: str
    routine: Literal["log", "plan"]
    model: str
    prompt: int
    since: int = 0
    reply: str
    tools: tuple[Tool, ...] = ()
    thoughts: str = ""
    usage: Usage = Usage()
    ms: float = 0.0
    error: str = ""


class Acted(Lenient):
    """A memory action and what it answered."""

    turn: int
    call: str
    result: str
    ok: bool


class Told(Lenient):
    """A step with its texts; `messages` are folded as `episodes.messages` writes them."""

    step: int
    messages: tuple[tuple[Any, ...], ...] = ()
    calls: tuple[Call, ...] = ()
    actions: tuple[Acted, ...] = ()
    rejections: tuple[str, ...] = ()
    said: str = ""
    action: str
    note: str = ""
    fallback: bool = False
    answer: TextAnswer
    world_ms: float = 0.0
