"""OBSERVE: take the world's new answer, and say what the model is asked."""

from __future__ import annotations

from automem_graph.agent.baselines.desk import BaselineDesk
from automem_graph.agent.baselines.prompts import render
from automem_graph.agent.observe import begin
from automem_graph.agent.state import Step


def observe(desk: BaselineDesk, state: Step) -> Step:
    """Begin the step that the trace says is next; a state behind the trace adopts it."""
    known = begin(desk)
    if known["done"]:
        return known
    seen = known["seen"]
    asked = render(
        "now",
        step=seen["step"],
        last_action=seen["last_action"],
        observation=seen["observation"],
        thinks=desk.thinks,
    )
    return {**known, "pending": [asked], "next": "decide"}
