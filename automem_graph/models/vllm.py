"""Models behind a vLLM server, or any other that speaks OpenAI's chat protocol as vLLM does.

The module needs langchain-openai, so it is imported where such a model is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Self

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import SecretStr

from automem_graph.models.garbled import take_odd_calls
from automem_graph.models.plain import PlainChat
from automem_graph.models.sampling import Sampling
from automem_graph.models.session import TellsSession

KEY = "VLLM_API_KEY"
"""The variable that a vLLM server reads its key from as well."""

SESSION = "X-Session-ID"
"""The header that vLLM's router hashes before any other."""

NO_KEY = "EMPTY"
"""What is sent where no key is set: OpenAI's client refuses to send none."""


class VllmChat(TellsSession, PlainChat):
    """`ChatOpenAI` that keeps what the server's reasoning parser took out of a reply.

    vLLM sends it beside the text, as `reasoning` or, in earlier versions, `reasoning_content`, and
    ChatOpenAI drops both. Here it is where other providers of LangChain put it, which is
    `additional_kwargs["reasoning_content"]`. Tool calls whose arguments are no object, for
    which it raises, are among the invalid ones.
    """

    def in_session(self, session: str) -> Self:
        """See `TellsSession`."""
        kwargs = {**self.model_kwargs, "extra_headers": {SESSION: session}}
        return self.model_copy(update={"model_kwargs": kwargs})

    @property
    def lc_secrets(self) -> dict[str, str]:
        return {"openai_api_key": KEY}

    def _create_chat_result(
        self, response: Any, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        choices = getattr(response, "choices", None) or ()
        odd = [take_odd_calls(choice.message) for choice in choices]
        result = super()._create_chat_result(response, generation_info)
        said = response if isinstance(response, dict) else response.model_dump()
        for generation, choice in zip(result.generations, said["choices"], strict=True):
            _keep_thoughts(generation.message, choice["message"])
        for generation, calls in zip(result.generations, odd, strict=False):
            if isinstance(generation.message, AIMessage):
                generation.message.invalid_tool_calls += calls
        return result

    def _convert_chunk_to_generation_chunk(
        self,
        chunk: dict[str, Any],
        default_chunk_class: type,
        base_generation_info: dict[str, Any] | None,
    ) -> ChatGenerationChunk | None:
        made = super()._convert_chunk_to_generation_chunk(
            chunk, default_chunk_class, base_generation_info
        )
        choices = chunk.get("choices") or ()
        if made is not None and choices:
            _keep_thoughts(made.message, choices[0].get("delta") or {})
        return made


def open_vllm(name: str, url: str, sampling: Sampling, timeout: tuple[float, float]) -> VllmChat:
    """The model (or LoRA module) that the server at `url`, which ends in /v1, calls `name`."""
    return VllmChat(
        model=name,
        base_url=url,
        api_key=SecretStr(os.environ.get(KEY) or NO_KEY),
        temperature=sampling.temperature,
        max_tokens=sampling.max_tokens,
        timeout=timeout,
        max_retries=0,
        stream_usage=True,
    )


def _keep_thoughts(message: BaseMessage, said: Mapping[str, Any]) -> None:
    thoughts = said.get("reasoning") or said.get("reasoning_content")
    if isinstance(thoughts, str):
        message.additional_kwargs["reasoning_content"] = thoughts
