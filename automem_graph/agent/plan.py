"""PLAN: consult memory, then commit one world action (paper, section on PLAN).

With one model PLAN commits by itself; with two the specialist only consults, and `commit` follows.
"""

from __future__ import annotations

from typing import Any

from automem_graph.agent.desk import Desk
from automem_graph.agent.state import Step
from automem_graph.agent.turns import ask


def plan(desk: Desk, state: Step) -> Step:
    """One PLAN reply. One that only commits goes straight on; all else is for `recall`."""
    update = ask(desk, state, "plan", desk.keeper)
    todo = update["todo"]
    if not desk.two_models and todo and committed(desk, todo[:1]) is not None:
        return {**update, "committed": committed(desk, todo), "next": "act"}
    return {**update, "next": "recall"}


def committed(desk: Desk, todo: list[dict[str, Any]]) -> str | None:
    """The world action of the first commit among the calls, or None."""
    spec = desk.scaffold.manifest.commit
    for call in todo:
        if call["name"] == spec.name and call["problem"] is None:
            return str(call["args"][spec.args[0]])
    return None
