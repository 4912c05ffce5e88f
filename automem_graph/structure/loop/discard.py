"""discard: the attempt stays a row, with the reason."""

from __future__ import annotations

from automem_graph.structure.bench import Bench
from automem_graph.structure.loop.decide import decide
from automem_graph.structure.loop.state import LoopState


def discard(bench: Bench, state: LoopState) -> LoopState:
    """Write its row; the incumbent gets another challenger."""
    return decide(bench, state, kept=False)
