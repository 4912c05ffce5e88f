"""The user-side texts of a step, rendered from the scaffold's templates."""

from __future__ import annotations

from typing import Any

from automem_graph.agent.desk import Desk
from automem_graph.agent.state import Step
from automem_graph.agent.turns import clean, rounds_left
from automem_graph.protocols import Routine


def open_log(desk: Desk, state: Step) -> str:
    """The first text of LOG: the last action, what was seen before it and what is seen now."""
    return _render(
        desk,
        "log",
        step=state["step"],
        last_action=state["seen"]["last_action"],
        previous=state["seen"]["previous"],
        **_situation(desk, state, "log"),
    )


def open_plan(desk: Desk, state: Step, *, log_ran: bool) -> str:
    """The first text of PLAN; where LOG ran, the observation stands above it already."""
    return _render(
        desk, "plan", step=state["step"], log_ran=log_ran, **_situation(desk, state, "plan")
    )


def show_results(
    desk: Desk, state: Step, routine: Routine, results: list[dict[str, str]], *, goes_on: bool
) -> str:
    """What the latest reply's calls answered; `goes_on` says how many replies are left."""
    left = rounds_left(desk, state) if goes_on else 0
    return _render(desk, "results", routine=routine, results=results, rounds_left=left)


def ask_again(desk: Desk, routine: Routine) -> str:
    """The one repair message for a reply that held no action at all."""
    return _render(desk, "repair", routine=routine)


def hand_off(desk: Desk) -> str:
    """What the gameplay model is told when the specialist has consulted memory."""
    return _render(desk, "handoff", routine="plan")


def _situation(desk: Desk, state: Step, routine: Routine) -> dict[str, Any]:
    """What both openings may show: the observation, the file index, notes and injected files."""
    manifest = desk.scaffold.manifest
    injected = []
    for name in getattr(manifest.inject, routine):
        answer = desk.memory.read(name)
        if answer.ok:
            injected.append({"name": name, "text": answer.text})
    return {
        "observation": state["seen"]["observation"],
        "unchanged": state["seen"]["unchanged"],
        "notes": state["notes"],
        "index": [entry.model_dump() for entry in desk.memory.index()],
        "injected": injected,
    }


def _render(desk: Desk, template: str, **variables: Any) -> str:
    return clean(desk.render(template, **variables))
