"""The desk of an agent of one's own: what an agent with memory has, who makes it, and its talk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.assistant.own.talk import Talk
from automem_graph.memory.memory import Memory

if TYPE_CHECKING:
    from automem_graph.assistant.own.factory import MakeAgent


@dataclass(kw_only=True)
class OwnDesk(MemoryDesk):
    """The open resources of an episode that somebody's own agent plays.

    `models` holds the specialist where one is named; else the agent's own model keeps memory.
    """

    memory: Memory
    make: MakeAgent
    """Makes the agent, anew for each turn: what it knows is the conversation and its memory."""
    talk: Talk = field(default_factory=Talk)
