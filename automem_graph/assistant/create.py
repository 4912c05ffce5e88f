"""`create_memory_agent`: the memory agent over a model, a memory and a scaffold of one's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore

from automem_graph.agent.table import SPECIALIST
from automem_graph.assistant.card import CHAT
from automem_graph.assistant.desk import KeeperDesk
from automem_graph.assistant.graph import MemoryAgent, join
from automem_graph.assistant.hearing import heard, news
from automem_graph.assistant.state import MemoryState
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.models.resolve import resolve_model
from automem_graph.protocols import TaskCard
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold

MemoryFor = str | os.PathLike[str] | SharedMemory | Callable[[Runtime[Any]], SharedMemory]
"""Where memory is: a folder, an open memory, or who opens it for a run (per user, in a store)."""


def create_memory_agent(
    model: str | BaseChatModel,
    memory: MemoryFor,
    *,
    scaffold: str | os.PathLike[str] = "v0",
    card: TaskCard = CHAT,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    store: BaseStore | None = None,
) -> MemoryAgent:
    """Compile a graph that keeps a conversation's memory, and says what it recalls."""
    keeper = Keeper(memory, scaffold=scaffold, card=card)
    return join(
        keeper.setter(lambda _: resolve_model(model)), checkpointer=checkpointer, store=store
    )


class Keeper:
    """What many runs share: the scaffold's host, started on first use, and where memory is."""

    def __init__(
        self,
        memory: MemoryFor,
        *,
        scaffold: str | os.PathLike[str] = "v0",
        card: TaskCard = CHAT,
    ) -> None:
        self._memory = memory
        self._scaffold = load_scaffold(os.fspath(scaffold))
        self._card = card
        self._host: ScaffoldHost | None = None

    def memory(self, runtime: Runtime[Any]) -> SharedMemory:
        """The memory of a run."""
        if isinstance(self._memory, SharedMemory):
            return self._memory
        if callable(self._memory):
            return self._memory(runtime)
        return SharedMemory(DirectoryFiles(Path(self._memory)))

    def setter(
        self, model: Callable[[Runtime[Any]], BaseChatModel]
    ) -> Callable[[MemoryState, Runtime[Any]], KeeperDesk]:
        """Sets desks with the model that a run has for its specialist."""

        def set_desk(state: MemoryState, runtime: Runtime[Any]) -> KeeperDesk:
            speaker = model(runtime)
            at = state.get("kept", {}).get("step", 0)
            info = runtime.execution_info
            source = Source(
                thread=(info.thread_id if info else None) or "",
                step=at,
                role=SPECIALIST,
                heard=heard(news(state["messages"])),
            )
            if self._host is None:
                self._host = ScaffoldHost.start(self._scaffold)
            return KeeperDesk(
                card=self._card,
                models={SPECIALIST: speaker},
                model_names={SPECIALIST: "specialist"},
                scaffold=self._scaffold,
                host=self._host,
                memory=self.memory(runtime).visit(source, state.get("looked")),
                at=at,
            )

        return set_desk
