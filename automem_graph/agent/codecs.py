"""The wire forms of one action grammar: tags in plain text, and tool calls.

Both give the same calls in the same order. `tags` is the default: it is the paper's form, and small
open models write it more reliably. With `tool_calls` every call is answered by a message of its
own, whatever became of it, before the user side speaks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from automem_graph.agent.speech import call_id, spoken, whole
from automem_graph.agent.state import Message
from automem_graph.memory.calls import MOST_CALLS
from automem_graph.memory.grammar import parse, strip_commits, tag_form
from automem_graph.memory.tools import ToolCall, parse_tools, tool_form
from automem_graph.protocols import ActionSpec, Call, Routine

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

CodecName = Literal["tags", "tool_calls"]

Row = Mapping[str, Any]
"""A model call as its row of the trace has it."""


class Codec(Protocol):
    """How actions are written in prompts, found in replies, and answered."""

    name: CodecName
    answers_calls: bool
    """Whether results are messages of their own, and not part of the next prompt."""

    def form(self, spec: ActionSpec) -> str:
        """An action as prompts show it."""
        ...

    def heard(self, answer: AIMessage) -> dict[str, Any]:
        """What a call's row keeps of its reply beside the text."""
        ...

    def read(self, call: Row, actions: Sequence[ActionSpec], routine: Routine) -> tuple[Call, ...]:
        """The actions of a reply."""
        ...

    def carried(self, call: Row, turn: int, stripped: Sequence[ActionSpec]) -> Message:
        """A reply as the conversation carries it on, without the commits among `stripped`."""
        ...

    def answer(self, turn: int, place: int, text: str) -> dict[str, str]:
        """What that call of that turn's reply answers, by its id; nothing where it has none."""
        ...


class Tags:
    """`<|SEARCH|>file|keyword<|END|>` in the text of a reply."""

    name: CodecName = "tags"
    answers_calls = False

    def form(self, spec: ActionSpec) -> str:
        return tag_form(spec)

    def heard(self, answer: AIMessage) -> dict[str, Any]:
        return {}

    def read(self, call: Row, actions: Sequence[ActionSpec], routine: Routine) -> tuple[Call, ...]:
        return parse(call["reply"], actions, routine)

    def carried(self, call: Row, turn: int, stripped: Sequence[ActionSpec]) -> Message:
        return spoken(strip_commits(call["reply"], stripped) if stripped else call["reply"])

    def answer(self, turn: int, place: int, text: str) -> dict[str, str]:
        return {}


class ToolCalls:
    """Tool calls beside the text of a reply; tags in the text mean nothing then."""

    name: CodecName = "tool_calls"
    answers_calls = True

    def form(self, spec: ActionSpec) -> str:
        return tool_form(spec)

    def heard(self, answer: AIMessage) -> dict[str, Any]:
        tools = tools_in(answer)
        return {"tools": tools} if tools else {}

    def read(self, call: Row, actions: Sequence[ActionSpec], routine: Routine) -> tuple[Call, ...]:
        made = [ToolCall.model_validate(tool) for tool in call.get("tools", ())]
        return parse_tools(made, actions, routine)

    def carried(self, call: Row, turn: int, stripped: Sequence[ActionSpec]) -> Message:
        commits = {spec.name for spec in stripped if spec.kind == "commit"}
        return spoken(call["reply"], call.get("tools", ()), turn, commits)

    def answer(self, turn: int, place: int, text: str) -> dict[str, str]:
        return {call_id(turn, place): text}


TAGS, TOOL_CALLS = Tags(), ToolCalls()
CODECS: Mapping[str, Codec] = {codec.name: codec for codec in (TAGS, TOOL_CALLS)}


def tools_in(answer: AIMessage) -> list[dict[str, Any]]:
    """The tool calls of a reply, as JSON. LangChain tells malformed ones apart: they come last."""
    made: list[dict[str, Any]] = [
        {"name": whole(call["name"]), "args": _texts(call["args"])} for call in answer.tool_calls
    ]
    made += [
        {"name": whole(call["name"] or ""), "args": whole(call["args"] or "")}
        for call in answer.invalid_tool_calls
    ]
    return made[: MOST_CALLS + 1]


def _texts(args: Mapping[str, Any]) -> dict[str, str]:
    """Arguments as text, which is what actions take; one that is null is left out."""
    return {
        whole(name): whole(value if isinstance(value, str) else json.dumps(value))
        for name, value in args.items()
        if value is not None
    }
