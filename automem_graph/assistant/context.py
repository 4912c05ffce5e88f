"""What a run of the served memory agent is asked to do; every field is described for Studio."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from langgraph.runtime import Runtime
from pydantic import Field

from automem_graph.agent.codecs import CodecName
from automem_graph.assistant.card import CHAT
from automem_graph.assistant.desk import KeeperDesk, SetDesk
from automem_graph.assistant.graph import MemoryAgent, join
from automem_graph.assistant.keeper import Beside, Keeper, thread_of
from automem_graph.assistant.opened import Opened
from automem_graph.assistant.state import MemoryState

AT_ONCE = 16
"""Contexts whose scaffolds run at once; the one that was used the longest ago ends."""


@dataclass(frozen=True, kw_only=True)
class MemoryContext:
    """Context of one run of the graph. The same values share one memory, whatever the thread."""

    memory: Annotated[
        str, Field(description="The folder that memory is kept in; all threads share it.")
    ] = "memories/studio"
    model: Annotated[
        str, Field(description="The model that keeps memory: offline:player, or provider:model.")
    ] = "offline:player"
    scaffold: Annotated[
        str, Field(description="The memory scaffold: a shipped name such as v0, or a folder.")
    ] = "v0"
    codec: Annotated[
        CodecName,
        Field(description="How actions are written: tags in the text, or tool calls."),
    ] = "tags"


def create_served_agent() -> MemoryAgent:
    """The memory agent as a server runs it: each run's context says whose memory it keeps."""
    return join(_set_desk, context=MemoryContext)


def _set_desk(state: MemoryState, runtime: Runtime[Any]) -> KeeperDesk:
    return _setter(runtime.context or MemoryContext())(state, runtime)


@lru_cache(maxsize=AT_ONCE)
def _setter(context: MemoryContext) -> SetDesk:
    keeper = Keeper(context.memory, scaffold=context.scaffold, card=CHAT, codec=context.codec)
    opened = Opened(context.model)
    return keeper.setter(
        lambda runtime: Beside(
            model=opened.model, memory=keeper.memory(runtime), thread=thread_of(runtime)
        )
    )
