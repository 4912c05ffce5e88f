"""What a test's chat server may answer, and how OpenAI's protocol writes it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PIECE = 8
"""Characters of a text that one event of a stream carries."""


@dataclass(frozen=True)
class Request:
    """A chat completion that was asked for; header names are in lower case."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def prompt(self) -> str:
        """The text of the last message."""
        return str(self.body["messages"][-1]["content"])

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))


@dataclass(frozen=True)
class Reply:
    """A proper answer. `thoughts` go into the field that vLLM's reasoning parsers use."""

    text: str = ""
    thoughts: str = ""
    tools: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    """Tool calls: names and arguments; a text is sent as it is, valid or not."""
    finish: str = "stop"
    asked: int = 7
    """Tokens that the prompt is said to have."""


@dataclass(frozen=True)
class Refusal:
    """An error as OpenAI words it."""

    status: int
    message: str = "no"
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """The beginning of an answer; `politely` ends the stream as if that were all."""

    text: str = "The beginn"
    politely: bool = False


@dataclass(frozen=True)
class Nonsense:
    """Success, with a body that is no chat completion."""

    body: str
    kind: str = "application/json"


@dataclass(frozen=True)
class Silence:
    """No answer within this time, then the connection ends."""

    seconds: float = 60.0


Answer = str | Reply | Refusal | Cut | Nonsense | Silence


def completion(said: Reply, request: Request) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.thoughts:
        message["reasoning"] = said.thoughts
    if said.tools:
        message["tool_calls"] = [_tool(*tool, number) for number, tool in enumerate(said.tools)]
    choice = {"index": 0, "message": message, "finish_reason": said.finish}
    return {**_head(request, "chat.completion"), "choices": [choice], "usage": _usage(said)}


def events(said: Reply, request: Request) -> Iterator[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning": piece} for piece in _pieces(said.thoughts)]
    deltas += [{"content": piece} for piece in _pieces(said.text)]
    for number, tool in enumerate(said.tools):
        deltas.append({"tool_calls": [{"index": number, **_tool(*tool, number)}]})
    head = _head(request, "chat.completion.chunk")
    for delta in deltas:
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    if said.finish:
        yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": said.finish}]}
        if (request.body.get("stream_options") or {}).get("include_usage"):
            yield {**head, "choices": [], "usage": _usage(said)}


def _head(request: Request, kind: str) -> dict[str, Any]:
    model = request.body["model"]
    return {"id": "chatcmpl-1", "object": kind, "created": int(time.time()), "model": model}


def _tool(name: str, arguments: Mapping[str, Any] | str, number: int) -> dict[str, Any]:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": name, "arguments": written}
    return {"id": f"call-{number}", "type": "function", "function": function}


def _usage(said: Reply) -> dict[str, int]:
    spoken = (len(said.text) + len(said.thoughts)) // 4 + 1
    total = said.asked + spoken
    return {"prompt_tokens": said.asked, "completion_tokens": spoken, "total_tokens": total}


def _pieces(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
