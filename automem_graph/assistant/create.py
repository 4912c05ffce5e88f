"""`create_memory_agent`: the memory agent over a model, a memory and a scaffold of one's own."""

from __future__ import annotations

import os
from typing import Any

from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore

from automem_graph.agent.codecs import CodecName
from automem_graph.assistant.card import CHAT
from automem_graph.assistant.graph import MemoryAgent, join
from automem_graph.assistant.keeper import Beside, Keeper, MemoryFor, thread_of
from automem_graph.assistant.opened import Opened
from automem_graph.protocols import TaskCard

__all__ = ["MemoryFor", "create_memory_agent"]


def create_memory_agent(
    model: str | BaseChatModel,
    memory: MemoryFor,
    *,
    scaffold: str | os.PathLike[str] = "v0",
    card: TaskCard = CHAT,
    codec: CodecName = "tags",
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    store: BaseStore | None = None,
) -> MemoryAgent:
    """Compile a graph that keeps a conversation's memory, and says what it recalls.

    It takes `messages`, of which all after the last reply is new, and gives back `messages` with
    one more, in which it says what it recalled, and `recalled`, the same in pieces. It runs alone,
    as a node, or as a sub-agent; inside of a graph with checkpoints, `checkpointer=False` keeps
    its own steps out of them. ScaffoldError where there is no such scaffold.
    """
    keeper, opened = Keeper(memory, scaffold=scaffold, card=card, codec=codec), Opened(model)

    def beside(runtime: Runtime[Any]) -> Beside:
        return Beside(model=opened.model, memory=keeper.memory(runtime), thread=thread_of(runtime))

    return join(keeper.setter(beside), checkpointer=checkpointer, store=store)
