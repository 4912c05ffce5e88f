"""What one turn of an agent leaves for its step's row: each keep, and each call of its own models.

They stand one after the other, as they ended: a keep's conversation with the specialist, then the
prompt and the reply of the call that it was for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from automem_graph.agent.codecs import tools_in
from automem_graph.agent.hear import usage_of
from automem_graph.agent.speech import clean, whole
from automem_graph.agent.state import Message, Step
from automem_graph.agent.step import StepRow
from automem_graph.agent.table import GAMEPLAY
from automem_graph.models.thoughts import split_thoughts


@dataclass
class Record:
    """The step's conversations, model calls and memory actions so far; for many threads."""

    hook_state: dict[str, Any]
    """What memory keeps of the conversation (`state.Kept`)."""
    messages: list[Message] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    keeps: int = 0
    trouble: BaseException | None = None
    """What ends the episode, whatever the agent makes of it."""
    lock: Any = field(default_factory=RLock)
    _turn: Step | None = None

    def keeping(self, turn: Step) -> None:
        """Where the keep under way stands."""
        self._turn = turn

    def end_keep(self, kept: Mapping[str, Any]) -> None:
        """A keep has ended: its conversation, its calls and its actions, and what it `kept`."""
        with self.lock:
            turn, self._turn = self._turn, None
            self.hook_state = dict(kept)
            if turn is None:  # recalled as before: the same was asked again
                return
            since, first = len(self.messages), len(self.calls)
            self.messages += turn["messages"]
            self.calls += [
                {**call, "since": since, "prompt": since + call["prompt"]} for call in turn["calls"]
            ]
            self.actions += [{**row, "turn": first + row["turn"]} for row in turn["actions"]]
            self.keeps += 1

    def call(
        self, model: str, prompt: Sequence[BaseMessage], answer: AIMessage, ms: float
    ) -> Mapping[str, Any]:
        """A model call of the agent's own has ended; its tokens."""
        messages = [as_message(one) for one in prompt]
        thoughts, reply = split_thoughts(answer)
        usage = usage_of(messages, answer)
        with self.lock:
            since = len(self.messages)
            self.messages += [*messages, as_message(answer)]
            row = {
                "role": GAMEPLAY,
                "routine": "plan",
                "model": model,
                "since": since,
                "prompt": since + len(messages),
                "reply": whole(reply),
                "tools": tools_in(answer),
                "usage": usage,
                "ms": ms,
            }
            self.calls.append({**row, "thoughts": whole(thoughts)} if thoughts else row)
        return usage


def of_memory(row: StepRow) -> list[Message]:
    """The messages of a step's keeps, without the conversations of the agent's own models."""
    agent = [call for call in row.calls if call.role == GAMEPLAY]
    return [
        message
        for place, message in enumerate(row.messages)
        if not any(call.since <= place <= call.prompt for call in agent)
    ]


def with_hooks_state(row: StepRow) -> StepRow:
    """The row with the scaffold's own state alone, of all that memory keeps of a conversation."""
    return row.model_copy(update={"hook_state": row.hook_state.get("hook_state", {})})


def as_message(message: BaseMessage) -> Message:
    """A message of LangChain's as a trace has it: its text, its tool calls, what it answers."""
    roles = {"human": "user", "ai": "assistant"}
    role = roles.get(message.type, message.type if message.type in ("system", "tool") else "user")
    told: Message = {"role": role, "content": clean(message.text)}
    if isinstance(message, AIMessage) and message.tool_calls:
        told["tool_calls"] = [
            {"name": one["name"], "args": one["args"], "id": one["id"], "type": "tool_call"}
            for one in message.tool_calls
        ]
    if message.type == "tool":
        told["tool_call_id"] = str(getattr(message, "tool_call_id", ""))
    return told
