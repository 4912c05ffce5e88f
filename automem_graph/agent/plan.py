"""PLAN: consult memory, then commit one world action (paper, section on PLAN).

With one model PLAN commits by itself; with two the specialist only consults, and `commit` follows.
"""

from __future__ import annotations

from automem_graph.agent.keeping import Keeping
from automem_graph.agent.state import Step
from automem_graph.agent.turns import ask, committed


def plan(desk: Keeping, state: Step) -> Step:
    """One PLAN reply. One that only commits goes straight on; all else is for `recall`."""
    update = ask(desk, state, "plan", desk.keeper)
    only_commits = committed(desk.scaffold.manifest.commit, update["todo"][:1])
    if only_commits is not None and not desk.two_models:
        return {**update, "committed": only_commits, "next": "act"}
    return {**update, "next": "recall"}
