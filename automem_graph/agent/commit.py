"""COMMIT: the gameplay model, on the same conversation, commits the world action."""

from __future__ import annotations

from automem_graph.agent.desk import GAMEPLAY, Desk
from automem_graph.agent.plan import committed
from automem_graph.agent.prompts import ask_again, say
from automem_graph.agent.recall import fall_back
from automem_graph.agent.state import Step
from automem_graph.agent.turns import ask


def commit(desk: Desk, state: Step) -> Step:
    """One commit; a reply without one is asked again once, then the fallback acts."""
    update = ask(desk, state, "plan", GAMEPLAY)
    action = committed(desk, update["todo"])
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
