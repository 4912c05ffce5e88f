"""COMMIT: the gameplay model, on the same conversation, commits the world action."""

from __future__ import annotations

from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.prompts import ask_again, say
from automem_graph.agent.state import Step
from automem_graph.agent.table import GAMEPLAY
from automem_graph.agent.turns import ask, committed, fall_back


def commit(desk: MemoryDesk, state: Step) -> Step:
    """One commit; a reply without one is asked again once, then the fallback acts."""
    update = ask(desk, state, "plan", GAMEPLAY)
    action = committed(desk.scaffold.manifest.commit, update["todo"])
    if action is not None:
        return {**update, "committed": action, "next": "act"}
    if not state["repaired"]:
        return {
            **update,
            "pending": say(desk, ask_again("plan")),
            "repaired": True,
            "next": "commit",
        }
    return {**update, **fall_back(desk)}
