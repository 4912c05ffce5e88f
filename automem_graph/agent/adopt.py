"""A checkpoint that is behind its trace adopts the trace: a journaled step is never played twice.

This is what happens when a server dies after a step was journaled and before its checkpoint was
kept. Whoever wants the older moment back sets `fork`, and gets an episode of its own.
"""

from __future__ import annotations

from automem_graph.agent.desk import Desk
from automem_graph.agent.state import Step


def adopt(desk: Desk, node: str) -> Step:
    """What the node returns instead of doing again what is done: the shortest way to `observe`."""
    if node == "log":
        return {}
    if node == "remember":
        return {"next": "plan"}
    if node != "act":
        return {"next": "act"}
    at = desk.recorder.position
    return {
        "step": at.step,
        "progression": at.answer.progression,
        "done": desk.finished,
        "next": "observe",
    }
