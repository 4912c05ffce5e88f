"""The desk of the memory agent, and who sets it: a scaffold's host, a memory and a specialist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langgraph.runtime import Runtime

from automem_graph.agent.keeping import Keeping
from automem_graph.assistant.state import MemoryState
from automem_graph.memory.shared import SharedMemory, Visit

PATIENCE_S = 10.0
"""Seconds that memory's model calls may wait: somebody waits for the host's answer."""


@dataclass(kw_only=True)
class KeeperDesk(Keeping):
    """The open resources of one node's work; nothing of it is kept but files and state."""

    memory: Visit
    shared: SharedMemory
    """What is visited."""
    patience_s: float | None = PATIENCE_S
    at: int = 0
    """The number of the step in play."""

    @property
    def step(self) -> int:
        return self.at


SetDesk = Callable[[MemoryState, Runtime[Any]], KeeperDesk]
"""Sets the desk for a node of a run; whoever gets it ends its session."""

Node = Callable[[KeeperDesk, MemoryState], MemoryState]
