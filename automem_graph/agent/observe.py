"""OBSERVE: take the world's new answer through the scaffold's hook, and open the step's routine."""

from __future__ import annotations

from typing import Any

from automem_graph.agent.desk import Desk
from automem_graph.agent.prompts import open_log, open_plan
from automem_graph.agent.state import PlayState
from automem_graph.agent.turns import clean


def observe(desk: Desk, state: PlayState) -> PlayState:
    """Begin the step that the trace says is next; a state behind the trace adopts it."""
    at = desk.recorder.position
    known: PlayState = {
        "episode": desk.episode,
        "step": at.step,
        "observation": noted(at.note, at.answer.text),
        "previous": at.previous,
        "last_action": f"{at.action} ({at.note})" if at.note else at.action,
        "unchanged": at.unchanged,
        "progression": at.answer.progression,
        "done": at.answer.done or at.step >= desk.card.max_steps,
        "hook_state": dict(at.hook_state),
    }
    if known["done"]:
        return {**known, "next": "end"}
    notes, hook_state = desk.session.observe(known["hook_state"], seen(known))
    fresh: PlayState = {
        **known,
        "notes": notes,
        "hook_state": hook_state,
        "messages": [{"role": "system", "content": desk.system}],
        "rounds": 0,
        "repaired": False,
        "committed": None,
        "fallback": False,
        "rejections": [],
        "calls": [],
        "actions": [],
        "todo": [],
    }
    # Before the first action there is no outcome that LOG could record (paper, section on LOG).
    if fresh["step"] == 0:
        return {**fresh, "pending": [open_plan(desk, fresh, log_ran=False)], "next": "plan"}
    return {**fresh, "pending": [open_log(desk, fresh)], "next": "log"}


def noted(note: str, text: str) -> str:
    """An answer as the agent sees it: with a note in front where its action was not valid."""
    return clean(f"{note}\n\n{text}" if note else text)


def seen(state: PlayState) -> dict[str, Any]:
    """What hooks may know of the world: what the agent itself may know, and nothing else."""
    return {
        "step": state["step"],
        "last_action": state["last_action"],
        "previous": state["previous"],
        "observation": state["observation"],
        "unchanged": state["unchanged"],
    }
