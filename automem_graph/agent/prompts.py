"""The user-side texts of a step, as pages of the scaffold's templates; `say` renders them."""

from __future__ import annotations

from typing import Any

from automem_graph.agent.keeping import Keeping, Page
from automem_graph.agent.speech import clean
from automem_graph.agent.state import Step
from automem_graph.agent.turns import rounds_left
from automem_graph.protocols import Routine


def say(desk: Keeping, *pages: Page) -> list[str]:
    """The pages as texts for the next user message, rendered in one call."""
    return [clean(text) for text in desk.render(*pages)]


def open_log(desk: Keeping, state: Step) -> Page:
    """The first text of LOG: the last action, what was seen before it and what is seen now."""
    seen = state["seen"]
    before = {"last_action": seen["last_action"], "previous": seen["previous"]}
    return "log", {**before, **_situation(desk, state, "log")}


def open_plan(desk: Keeping, state: Step, *, log_ran: bool, foreseen: bool = False) -> Page:
    """The first text of PLAN; where LOG ran, the observation stands above it already.

    `foreseen` leaves the files' index out, to be filled in when LOG has edited them.
    """
    return "plan", {"log_ran": log_ran, **_situation(desk, state, "plan", foreseen=foreseen)}


def show_results(
    desk: Keeping, state: Step, routine: Routine, results: list[dict[str, str]], *, goes_on: bool
) -> Page:
    """What the latest reply's calls answered; `goes_on` says how many replies are left.

    Tool calls have been answered one by one, so only the latter is said.
    """
    left = rounds_left(desk, state) if goes_on else 0
    shown = [] if desk.codec.answers_calls else results
    return "results", {"routine": routine, "results": shown, "rounds_left": left}


def ask_again(routine: Routine) -> Page:
    """The one repair message for a reply that held no action at all."""
    return "repair", {"routine": routine}


def hand_off() -> Page:
    """What the gameplay model is told when the specialist has consulted memory."""
    return "handoff", {"routine": "plan"}


def _situation(
    desk: Keeping, state: Step, routine: Routine, *, foreseen: bool = False
) -> dict[str, Any]:
    """What both openings may show: the observation, the file index, notes and injected files."""
    index = None if foreseen else [entry.model_dump() for entry in desk.memory.index()]
    injected = []
    for name in getattr(desk.scaffold.manifest.inject, routine):
        answer = desk.memory.read(name)
        if answer.ok:
            injected.append({"name": name, "text": answer.text})
    return {
        "step": state["step"],
        "observation": state["seen"]["observation"],
        "unchanged": state["seen"]["unchanged"],
        "notes": state.get("notes"),
        "index": index,
        "injected": injected,
    }
