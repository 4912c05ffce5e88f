"""Take an action in the world and journal the step: how a step ends, whichever agent plays."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automem_graph.agent.desk import Desk
from automem_graph.agent.events import stepped
from automem_graph.agent.state import Step
from automem_graph.agent.step import StepRow
from automem_graph.protocols import ANSWER_CHARS, Observation, TaskCard


@dataclass(frozen=True)
class Taken:
    """What became of an action that was asked for."""

    action: str
    """The action that the world executed."""
    note: str
    """What the agent is told where it asked for something else; else empty."""
    answer: Observation
    ms: float


def take(desk: Desk, asked: str) -> Taken:
    """Execute what was asked for, or the default action where that is no action of this world."""
    action, note = admit(desk.card, asked)
    started = time.perf_counter()
    answer = desk.world.step(action)
    return Taken(action, note, answer, (time.perf_counter() - started) * 1000)


def admit(card: TaskCard, asked: str) -> tuple[str, str]:
    """The world action to execute for what was asked, and a note where that is the default one.

    Case, blanks and underscores do not matter, unless they tell two actions apart (NetHack has an
    `a` and an `A`); anything else that the task does not list does. Where actions are answers, any
    text is one.
    """
    if card.answers and asked.strip():
        return asked.strip()[:ANSWER_CHARS], ""
    if asked.strip() in card.actions:
        return asked.strip(), ""
    wanted = " ".join(asked.replace("_", " ").split()).casefold()
    for action in card.actions:
        if " ".join(action.replace("_", " ").split()).casefold() == wanted:
            return action, ""
    shown = asked if len(asked) <= 60 else asked[:60] + "..."
    return card.default_action, f"'{shown}' is no action here: {card.default_action} was executed."


def journal(
    desk: Desk, state: Step, said: str, taken: Taken, hook_state: Mapping[str, Any]
) -> Step:
    """Write the step's row, tell of it, and let the next step begin."""
    same = taken.answer.text == desk.recorder.position.answer.text
    row = StepRow(
        step=state["step"],
        messages=state["messages"],
        calls=state["calls"],
        actions=state["actions"],
        rejections=state["rejections"],
        said=said,
        action=taken.action,
        note=taken.note,
        fallback=state["fallback"],
        unchanged=state["seen"]["unchanged"] + 1 if same else 0,
        hook_state=hook_state,
        answer=taken.answer,
        world_ms=round(taken.ms, 2),
    )
    desk.recorder.write(row)
    desk.nonsense = desk.nonsense + 1 if row.fallback else 0
    desk.tell(stepped(row))
    return {
        "step": state["step"] + 1,
        "progression": taken.answer.progression,
        "done": desk.finished,
        "committed": None,
        "next": "observe",
    }
