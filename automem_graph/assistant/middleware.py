"""`AutoMemMiddleware`: memory for any agent that LangChain's `create_agent` makes.

    agent = create_agent(model, tools, middleware=[AutoMemMiddleware("memories")])

Around each model call the two routines run beside the conversation: LOG on what is new since the
model last spoke, PLAN on what it should know now. What was recalled stands before the model as a
message of this one call, and never becomes part of the conversation.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NotRequired

from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ExtendedModelResponse,
    ModelRequest,
    ModelResponse,
    PrivateStateAttr,
)
from langchain_core.language_models import BaseChatModel

from automem_graph.assistant.card import CHAT
from automem_graph.assistant.create import Keeper, MemoryFor
from automem_graph.assistant.state import Kept
from automem_graph.protocols import TaskCard


class MemoryAgentState(AgentState[Any]):
    """The host's state, with what memory keeps of the conversation beside the files."""

    automem: NotRequired[Annotated[Kept, PrivateStateAttr]]


class AutoMemMiddleware(AgentMiddleware[MemoryAgentState, Any, Any]):
    """Keeps a memory beside the host's conversation; the host's model stays the one that acts."""

    state_schema = MemoryAgentState

    def __init__(
        self,
        memory: MemoryFor,
        specialist: str | BaseChatModel | None = None,
        scaffold: str | os.PathLike[str] = "v0",
        *,
        card: TaskCard = CHAT,
    ) -> None:
        super().__init__()
        self._keeper = Keeper(memory, scaffold=scaffold, card=card)
        self._specialist = specialist

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ExtendedModelResponse[Any]:
        """Keep memory, then let the host's model speak with what was recalled before it."""
        raise NotImplementedError

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ExtendedModelResponse[Any]:
        """The same, without blocking the event loop."""
        raise NotImplementedError
