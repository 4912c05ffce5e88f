"""A task of conversations, and agents that play it, by rules and in any process.

As names: `support.talks:TALKS` and `agent:support.talks:make_agent`.
"""

from __future__ import annotations

import re
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from automem_graph.models.companion import OfflineCompanion
from automem_graph.protocols import Observation, TaskCard
from support.scripted import routine

NAME = "support.talks:TALKS"
AGENT = "agent:support.talks:make_agent"
THINGS = ("car", "desk", "door", "coat")


class Talks:
    """Two sessions: in the first one facts are told, in the second they are asked for."""

    def __init__(self, seed: int) -> None:
        self._colours = {thing: f"shade {seed}-{number}" for number, thing in enumerate(THINGS)}
        told = [f"My {thing} is {colour}." for thing, colour in self._colours.items()]
        asked = [f"What is my {thing}?" for thing in THINGS]
        self._says = [*((1, said) for said in told), *((2, said) for said in asked)]
        self._at = self._right = 0

    def reset(self) -> Observation:
        self._at = self._right = 0
        return self._observation()

    def step(self, action: str) -> Observation:
        thing = self._says[self._at][1].split()[-1].rstrip("?")
        if self._says[self._at][0] == 2 and self._colours[thing] in action:
            self._right += 1
        self._at += 1
        return self._observation()

    def close(self) -> None:
        pass

    def _observation(self) -> Observation:
        done = self._at == len(self._says)
        session, text = (3, "") if done else self._says[self._at]
        facts = {"session": session, "turn": self._at % len(THINGS)}
        return Observation(text=text, done=done, progression=self._right / len(THINGS), facts=facts)


class TalksTask:
    card = TaskCard(
        name=NAME,
        title="Talks",
        instructions="Somebody tells of things and asks for them in a later conversation.",
        actions=("Noted.",),
        default_action="Noted.",
        max_steps=40,
        answers=True,
    )

    def open(self, seed: int) -> Talks:
        return Talks(seed)


TALKS = TalksTask()


def keep(messages: list[BaseMessage]) -> str:
    """What a specialist says: it appends what it hears, and searches for what is asked."""
    said = "\n".join(message.text for message in messages if message.type == "human")
    now = said.rpartition("What you see now:")[2]
    if routine(messages) == "log":
        told = re.findall(r"My (\w+) is ([\w -]+)\.", now)
        wrote = [f"<|APPEND|>facts.md|My {thing} is {what}.<|END|>" for thing, what in told]
        return "".join((*wrote, "<|DONE|>"))
    asked = re.findall(r"What is my (\w+)\?", now)
    if not asked or "SEARCH" in "".join(one.text for one in messages if one.type == "ai"):
        return ""
    return f"<|SEARCH|>facts.md|{asked[-1]}<|END|>"


class Both(OfflineCompanion):
    """The companion, which keeps its own memory as well."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **more: Any) -> ChatResult:
        if not messages[-1].text.startswith(("# LOG", "# PLAN", "<|")):
            return super()._generate(messages, *args, **more)
        said = AIMessage(content=keep(messages))
        return ChatResult(generations=[ChatGeneration(message=said)])


def make_agent(middleware: Any) -> Any:
    """An agent whose own model keeps memory, if no specialist is named."""
    return create_agent(Both(), middleware=[middleware])
