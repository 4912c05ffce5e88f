"""keep: the challenger is the incumbent now."""

from __future__ import annotations

from automem_graph.structure.bench import Bench
from automem_graph.structure.loop.decide import decide
from automem_graph.structure.loop.state import LoopState


def keep(bench: Bench, state: LoopState) -> LoopState:
    """Write its row; the next version is wanted."""
    return decide(bench, state, kept=True)
