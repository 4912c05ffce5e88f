"""The chat model: reads one step's conversation, answers in tags."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from automem_graph.models.player.turn import reply

_CHARS_PER_TOKEN = 4


class OfflinePlayer(BaseChatModel):
    """`offline:player`: plays games by rules; free, deterministic, and no language model.

    A pure function of the messages it is given: no state, no clock, no seed, no network. Any
    messages get some reply. Token usage is about four characters a token.
    """

    @property
    def _llm_type(self) -> str:
        return "offline-player"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        told = super()._get_ls_params(stop=stop, **kwargs)
        return {**told, "ls_provider": "offline", "ls_model_name": kwargs.get("model", "player")}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = reply(messages)
        for end in filter(None, stop or ()):
            text = text.partition(end)[0]
        read = sum(len(message.text) for message in messages) // _CHARS_PER_TOKEN
        written = -(-len(text) // _CHARS_PER_TOKEN)
        usage = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
        message = AIMessage(content=text, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop)  # well under a millisecond: no thread is worth it
