"""LOG: whoever keeps memory says what of the world's answer is worth recording (paper, LOG)."""

from __future__ import annotations

from automem_graph.agent.keeping import Keeping
from automem_graph.agent.state import Step
from automem_graph.agent.turns import ask


def log(desk: Keeping, state: Step) -> Step:
    """One LOG reply; what it asks for is carried out by `remember`."""
    return ask(desk, state, "log", desk.keeper)
