"""Chat models for tests: they say what a function of the conversation says."""

from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

Say = Callable[[list[BaseMessage]], str | AIMessage]


class Scripted(BaseChatModel):
    """Answers with `say(messages)`; `prompts` holds every conversation that it was given."""

    say: Any
    _prompts: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def prompts(self) -> list[list[BaseMessage]]:
        return self._prompts

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self._prompts.append(list(messages))
        said = self.say(messages)
        reply = said if isinstance(said, AIMessage) else AIMessage(content=said)
        return ChatResult(generations=[ChatGeneration(message=reply)])


class Tooled(Scripted):
    """One that can be given tools; `tools` are those of the latest call."""

    _tools: list[dict[str, Any]] = PrivateAttr(default_factory=list)

    @property
    def tools(self) -> list[dict[str, Any]]:
        return self._tools

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self.bind(tools=list(tools))

    def _generate(
        self, messages: list[BaseMessage], *_: Any, tools: Any = (), **__: Any
    ) -> ChatResult:
        self._tools[:] = tools
        return super()._generate(messages)


def calls(*made: tuple[str, dict[str, Any]], text: str = "") -> AIMessage:
    """A reply that makes these tool calls, by name and arguments."""
    return AIMessage(
        content=text,
        tool_calls=[
            {"name": name, "args": args, "id": f"theirs-{number}", "type": "tool_call"}
            for number, (name, args) in enumerate(made)
        ],
    )


def in_turn(*replies: str | AIMessage) -> Say:
    """Say these, one after the other, then the last one for ever."""
    left = list(replies)
    return lambda messages: left.pop(0) if len(left) > 1 else left[0]


def by_routine(log: str | AIMessage, plan: str | AIMessage) -> Say:
    """Always say the same in LOG and the same in PLAN."""
    return lambda messages: plan if routine(messages) == "plan" else log


def routine(messages: list[BaseMessage]) -> str:
    """Which routine the conversation is in: the last heading says it."""
    said = "\n".join(m.text for m in messages if m.type == "human")
    return "plan" if said.rfind("# PLAN") > said.rfind("# LOG") else "log"
