"""Chat models for tests: they say what a function of the conversation says."""

from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

Say = Callable[[list[BaseMessage]], str]


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
        reply = AIMessage(content=self.say(messages))
        return ChatResult(generations=[ChatGeneration(message=reply)])


def in_turn(*replies: str) -> Say:
    """Say these, one after the other, then the last one for ever."""
    left = list(replies)
    return lambda messages: left.pop(0) if len(left) > 1 else left[0]


def by_routine(log: str, plan: str) -> Say:
    """Always say the same in LOG and the same in PLAN."""
    return lambda messages: plan if routine(messages) == "plan" else log


def routine(messages: list[BaseMessage]) -> str:
    """Which routine the conversation is in: the last heading says it."""
    said = "\n".join(m.text for m in messages if m.type == "human")
    return "plan" if said.rfind("# PLAN") > said.rfind("# LOG") else "log"
