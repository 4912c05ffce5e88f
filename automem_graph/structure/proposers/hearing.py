"""How the agent's chat model is called: as all models here are, and only so often.

Needs langchain's middleware, so it is imported where an agent is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import ContextOverflowError
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.runnables import Runnable, RunnableConfig

from automem_graph.agent.speech import NO_REPLY, clean
from automem_graph.models.calling import ModelError, call
from automem_graph.models.faults import diagnose
from automem_graph.models.servers import Server
from automem_graph.structure.lineage import Spent

OVER = "(All calls of this review are used up.)"
"""Stands for the reply to a call that may not be made; the conversation ends with it."""


class Tally(BaseCallbackHandler):
    """Counts every call that was answered, summaries and those of helpers too, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent = Spent()

    @property
    def calls(self) -> int:
        return self._spent.calls

    def spent(self, seconds: float) -> Spent:
        return self._spent.plus(Spent(seconds=seconds))

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        one = Spent(calls=1)
        for generation in response.generations[0][:1] if response.generations else ():
            message = generation.message if isinstance(generation, ChatGeneration) else None
            if isinstance(message, AIMessage) and (used := message.usage_metadata):
                one = Spent(
                    calls=1,
                    input_tokens=used["input_tokens"],
                    output_tokens=used["output_tokens"],
                )
        with self._lock:
            self._spent = self._spent.plus(one)


class Hearing(AgentMiddleware[Any, Any, Any]):
    """Calls the model through `models.calling`, at most `most` times, helpers' calls included.

    A server that gives no reply is a ModelError. A conversation that has become too long is the
    error that deepagents answers with a summary.
    """

    def __init__(self, tally: Tally, most: int) -> None:
        super().__init__()
        self._tally = tally
        self._most = most

    @property
    def left(self) -> int:
        """Calls that may still be made."""
        return max(0, self._most - self._tally.calls)

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any] | AIMessage:
        if not self.left:
            return AIMessage(OVER)
        asked = _Asked(request, handler)
        try:
            reply = call(asked, request.messages)
        except ModelError as error:
            if error.__cause__ is not None and diagnose(error.__cause__).kind == "long":
                raise ContextOverflowError(str(error)) from error
            raise
        if not (reply.text.strip() or reply.tool_calls or reply.invalid_tool_calls):
            return AIMessage(NO_REPLY)
        if _is_whole(reply) and asked.answer is not None:
            return asked.answer
        return AIMessage(
            clean(reply.text),
            tool_calls=_cleaned(reply.tool_calls),
            invalid_tool_calls=_cleaned(reply.invalid_tool_calls),
        )


class _Asked(Runnable[LanguageModelInput, AIMessage]):
    """A call of an agent's model, with all that middleware has made of it, as a model to call."""

    def __init__(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> None:
        self.bound = request.model
        self.answer: ModelResponse[Any] | None = None
        self._request = request
        self._handler = handler

    def invoke(
        self, input: LanguageModelInput, config: RunnableConfig | None = None, **_: Any
    ) -> AIMessage:
        answer = self._handler(self._request)
        reply = next(one for one in reversed(answer.result) if isinstance(one, AIMessage))
        self.answer = answer
        return reply


def _is_whole(reply: AIMessage) -> bool:
    """Whether it can be sent back: half a surrogate pair has no UTF-8."""
    said = [reply.content, reply.tool_calls, reply.invalid_tool_calls]
    try:
        json.dumps(said, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(one) for name, one in value.items()}
    return value


def as_model_error(error: Exception, model: BaseChatModel) -> ModelError | None:
    """What ended a conversation, where that was the model or its server; None where it was not."""
    if isinstance(error, ModelError):
        return error
    server = Server(model)
    fault = diagnose(error)
    if isinstance(error, ContextOverflowError) or fault.kind == "long":
        what = "takes no prompt of this length, even summed up: serve it with a longer context"
        return ModelError(f"{server} {what}")
    if fault.kind == "odd" and fault.status is None:
        return None
    return ModelError(f"{server} gave no summary ({server.scrub(fault.words)})")
