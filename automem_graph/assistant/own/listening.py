"""Hears each call of the agent's own models, wherever it is made: for its row and its budget."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from automem_graph.assistant.hearing import SOURCE
from automem_graph.assistant.own.record import Record
from automem_graph.assistant.recalled import LC_SOURCE
from automem_graph.models.budget import OutOfBudget
from automem_graph.models.meter import Meter


@dataclass
class _UnderWay:
    """A call that has no answer yet."""

    prompt: list[BaseMessage]
    began: float
    count: Any
    """Tells the meter its tokens, where there is one."""
    held: ExitStack


class Listening(BaseCallbackHandler):
    """A callback for the agent's runs. The memory's own calls are not heard: it records them."""

    raise_error = True  # a call over the budget must not be made
    run_inline = True  # in order, also where the agent is asynchronous

    def __init__(self, model: str, record: Record, meter: Meter | None) -> None:
        self._model = model
        self._record = record
        self._meter = meter
        self._under_way: dict[UUID, _UnderWay] = {}

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A call begins; OutOfBudget where it may not."""
        if (metadata or {}).get(SOURCE) == LC_SOURCE:
            return
        held = ExitStack()
        try:
            count = held.enter_context(self._meter.call(self._model)) if self._meter else None
        except OutOfBudget as stop:
            self._record.trouble = stop
            raise
        began = time.perf_counter()
        with self._record.lock:
            self._under_way[run_id] = _UnderWay(messages[0], began, count, held)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """It has ended."""
        with self._record.lock:
            call = self._under_way.pop(run_id, None)
            if call is None:
                return
            ms = round((time.perf_counter() - call.began) * 1000, 2)
            with call.held:
                usage = self._record.call(self._model, call.prompt, _answer(response), ms)
                if call.count is not None:
                    call.count(usage["input"], usage["output"])

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It has failed, and cost nothing that is known."""
        with self._record.lock:
            call = self._under_way.pop(run_id, None)
        if call is not None:
            call.held.close()

    def close(self) -> None:
        """Let go of calls that nobody waits for any more."""
        for call in self._under_way.values():
            call.held.close()
        self._under_way.clear()


def _answer(response: LLMResult) -> AIMessage:
    made = response.generations[0][0] if response.generations and response.generations[0] else None
    if isinstance(made, ChatGeneration) and isinstance(made.message, AIMessage):
        return made.message
    return AIMessage(content=made.text if made else "")
