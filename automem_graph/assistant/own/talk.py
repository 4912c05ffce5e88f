"""The conversation of the session in play, as the trace tells it.

A task of many sessions says in `facts["session"]` which one is on; where that changes, a new
conversation begins. The agent is never told: what it knows of earlier ones is what memory gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from pydantic import JsonValue

from automem_graph.agent.observe import noted
from automem_graph.agent.step import StepRow
from automem_graph.protocols import Observation
from automem_graph.worlds.conversations.world import NEW_SESSION


@dataclass
class Talk:
    """What was said in the session so far."""

    session: JsonValue = None
    said: list[AnyMessage] = field(default_factory=list)

    @classmethod
    def so_far(cls, first: Observation, rows: Iterable[StepRow]) -> Talk:
        """The conversation after these steps of an episode that began with `first`."""
        talk = cls()
        shown, answer = noted("", first.text), first
        for row in rows:
            talk.begins(answer)
            talk.add(row.step, shown, row.said)
            shown, answer = noted(row.note, row.answer.text), row.answer
        return talk

    def begins(self, answer: Observation) -> bool:
        """Whether the world's answer is the first of a session; a conversation begins if so."""
        session = answer.facts.get("session")
        if session == self.session:
            return False
        self.session, self.said = session, []
        return True

    def add(self, step: int, heard: str, answer: str) -> None:
        """A step that was taken: what a person said, and what the agent answered."""
        self.said = [
            *self.with_next(step, heard),
            AIMessage(content=answer, id=f"step-{step}-answer"),
        ]

    def with_next(self, step: int, heard: str) -> list[AnyMessage]:
        """The messages for the agent: those so far and the new one.

        That a session begins is for players without threads; here an empty conversation says it.
        """
        text = heard if self.said else heard.removeprefix(f"{NEW_SESSION}\n\n")
        return [*self.said, HumanMessage(content=text, id=f"step-{step}")]
