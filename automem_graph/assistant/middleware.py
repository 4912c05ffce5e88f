"""`AutoMemMiddleware`: memory for any agent that LangChain's `create_agent` makes.

    agent = create_agent(model, tools, middleware=[AutoMemMiddleware("memories")])

Around each model call the two routines run beside the conversation: LOG on what is new since the
model last spoke, PLAN on what it should know now. What was recalled stands before the model as a
message of this one call, and never becomes part of the conversation.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from types import TracebackType
from typing import Annotated, Any, NotRequired, TypeVar, cast

from langchain.agents.middleware.internal_call_transformer import InternalCallTransformer
from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ExtendedModelResponse,
    ModelRequest,
    ModelResponse,
    PrivateStateAttr,
)
from langchain_core.language_models import BaseChatModel
from langgraph.runtime import Runtime
from langgraph.types import Command

from automem_graph.agent.codecs import CodecName
from automem_graph.assistant.beside import MemorySteps
from automem_graph.assistant.card import CHAT
from automem_graph.assistant.keeper import Beside, Keeper, MemoryFor, thread_of
from automem_graph.assistant.opened import Opened
from automem_graph.assistant.past import Outcome
from automem_graph.assistant.recalled import put_before
from automem_graph.assistant.state import Kept
from automem_graph.assistant.tools import memory_tools
from automem_graph.protocols import TaskCard

AT_ONCE = 64
"""Model calls that async hosts may keep memory beside at once; further ones wait for their turn."""

Self = TypeVar("Self", bound="AutoMemMiddleware")


class MemoryAgentState(AgentState[Any]):
    """The host's state, with what memory keeps of the conversation beside the files."""

    automem: NotRequired[Annotated[Kept, PrivateStateAttr]]


class AutoMemMiddleware(AgentMiddleware[MemoryAgentState, Any, Any]):
    """Keeps a memory beside the host's conversation; the host's model stays the one that acts.

    `memory` is a folder, an open memory, or a function of the run's runtime that opens one.
    `specialist` keeps it: None is the model of the call. `codec` is how it writes its actions.
    With `tools` the host's model may also act on memory itself.

    Whatever goes wrong with memory (a model that does not answer, a broken scaffold, a full disk),
    the host's turn goes on without it: a warning is logged, and `automem["trouble"]` of the state
    says why. Raised are only mistakes: ScaffoldError here, or ValueError for a folder that is none;
    at the first call UnknownModel, and whatever a function for `memory` raises.
    """

    state_schema = MemoryAgentState
    transformers = (InternalCallTransformer,)

    def __init__(
        self,
        memory: MemoryFor,
        specialist: str | BaseChatModel | None = None,
        scaffold: str | os.PathLike[str] = "v0",
        *,
        card: TaskCard = CHAT,
        codec: CodecName = "tags",
        tools: bool = False,
    ) -> None:
        super().__init__()
        self._keeper = Keeper(memory, scaffold=scaffold, card=card, codec=codec)
        self.tools = memory_tools(self._keeper.where, scaffold) if tools else []
        self._specialist = None if specialist is None else Opened(specialist)
        self._steps = MemorySteps(self._keeper)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="automem")

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the scaffold's process; another call starts it again. Left out, it ends with this."""
        self._keeper.close()

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ExtendedModelResponse[Any]:
        """Keep memory, then let the host's model speak with what was recalled before it."""
        outcome = self._remember(request)
        return _extended(handler(_with(request, outcome)), outcome)

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ExtendedModelResponse[Any]:
        """The same, without blocking the event loop: memory is kept in a thread of its own."""
        here = partial(copy_context().run, self._remember, request)
        outcome = await asyncio.get_running_loop().run_in_executor(self._threads, here)
        return _extended(await handler(_with(request, outcome)), outcome)

    def _remember(self, request: ModelRequest[Any]) -> Outcome:
        runtime = request.runtime or Runtime()
        beside = Beside(
            model=self._specialist.model if self._specialist else request.model,
            memory=self._keeper.memory(runtime),
            thread=thread_of(runtime),
        )
        kept = cast(MemoryAgentState, request.state).get("automem", Kept())
        return self._steps.take(request.messages, kept, runtime, beside)


def _with(request: ModelRequest[Any], outcome: Outcome) -> ModelRequest[Any]:
    if outcome.recalled is None:
        return request
    return request.override(messages=put_before(request.messages, outcome.recalled))


def _extended(response: ModelResponse[Any], outcome: Outcome) -> ExtendedModelResponse[Any]:
    update: Command[Any] = Command(update={"automem": outcome.kept})
    return ExtendedModelResponse(model_response=response, command=update)
