"""A base model, or an adapter on it, as a chat model of LangChain."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.exceptions import ContextOverflowError
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, PrivateAttr

from automem_graph.models.local.calls import BASE, Completion, Prompt
from automem_graph.models.local.folders import find_folders
from automem_graph.models.sampling import PAPER, Sampling

if TYPE_CHECKING:
    from automem_graph.models.local.engine import Engine
    from automem_graph.models.local.weights import Weights

ROOM = 4
"""A prompt must leave free one in so many tokens of the context, or as many as a reply may have: so
it is the prompt that overflows, at once, and not a reply in the middle of a word."""

Said = dict[str, str]
"""A message as chat templates take it: role and content."""

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class LocalChat(BaseChatModel):
    """`local:PATH[@ADAPTER]`: replies from weights in this process, each verbatim.

    The weights are loaded at the first call. The same messages get the same reply, also at a
    temperature: what is drawn follows from the prompt and `seed`. `response_metadata` has the
    tokens of the prompt and of the reply, the end token included, and `usage_metadata` counts them.
    A reply ends at its end token or at `max_tokens`; there are no stop sequences and no tools.
    """

    model: str
    """`PATH` or `PATH@ADAPTER`: folders of a base model and of a LoRA adapter on it."""
    temperature: float = Field(default=PAPER.temperature, ge=0)
    max_tokens: int = Field(default=PAPER.max_tokens, ge=1)
    seed: int = 0
    """Another one gets other replies."""

    _opened: tuple[Engine, str] | None = PrivateAttr(default=None)
    _system: tuple[Said, list[int]] | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return self.model_dump(include={"model", "temperature", "max_tokens", "seed"})

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return {**super()._get_ls_params(stop=stop, **kwargs), "ls_provider": "local"}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        engine, prompt = self.prepared(messages, stop)
        return self._result(engine, prompt, engine.submit(prompt).result())

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        engine, prompt = await asyncio.to_thread(self.prepared, messages, stop)
        completion = await asyncio.wrap_future(engine.submit(prompt))
        return self._result(engine, prompt, completion)

    def prepared(
        self, messages: Sequence[BaseMessage], stop: list[str] | None = None
    ) -> tuple[Engine, Prompt]:
        """The engine, and the conversation in the words of the model's chat template."""
        if stop:
            raise ValueError("a local model takes no stop sequences")
        engine, adapter = self._open()
        weights = engine.weights
        said = [{"role": _role(message), "content": message.text} for message in messages]
        tokens = weights.tokens(said, asked=True)
        kept = min(self.max_tokens, weights.context // ROOM)
        if len(tokens) + kept > weights.context:
            raise ContextOverflowError(
                f"the prompt has {len(tokens):,} tokens, and {kept:,} are kept for the reply, of a "
                f"context of {weights.context:,}"
            )
        drawn = hashlib.sha256(f"{self.seed} {tokens}".encode()).digest()
        return engine, Prompt(
            tokens=tuple(tokens),
            adapter=adapter,
            temperature=self.temperature,
            limit=min(self.max_tokens, weights.context - len(tokens)),
            seed=int.from_bytes(drawn[:8]) >> 1,
            shared=self._shared(weights, said, tokens),
        )

    def _shared(self, weights: Weights, said: Sequence[Said], tokens: Sequence[int]) -> int:
        """Tokens of the system message, which prompts of a task begin with; 0 without one."""
        if said[0]["role"] != "system" or len(said) == 1:
            return 0
        kept = self._system
        if kept is None or kept[0] != said[0]:
            try:
                kept = said[0], weights.tokens(said[:1])
            except TemplateError:  # some templates refuse a conversation that nobody has begun
                kept = said[0], []
            self._system = kept
        system = kept[1]
        return len(system) if list(tokens[: len(system)]) == system else 0

    def _open(self) -> tuple[Engine, str]:
        """The engine of the base model, and what it calls the adapter."""
        if self._opened is None:
            from automem_graph.models.local.engine import engine_of

            folders = find_folders(self.model)
            engine = engine_of(folders.base)
            self._opened = engine, engine.mount(folders.adapter) if folders.adapter else BASE
        return self._opened

    def _result(self, engine: Engine, prompt: Prompt, completion: Completion) -> ChatResult:
        said = completion.tokens[:-1] if completion.ended else completion.tokens
        tokenizer = engine.weights.tokenizer.backend_tokenizer
        read, written = len(prompt.tokens), len(completion.tokens)
        message = AIMessage(
            content=tokenizer.decode(said, skip_special_tokens=False),
            usage_metadata={
                "input_tokens": read,
                "output_tokens": written,
                "total_tokens": read + written,
            },
            response_metadata={
                "model_name": self.model,
                "model_provider": "local",
                "finish_reason": "stop" if completion.ended else "length",
                "prompt_token_ids": list(prompt.tokens),
                "token_ids": list(completion.tokens),
            },
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


def open_local(name: str, sampling: Sampling) -> LocalChat:
    """The model that `PATH[@ADAPTER]` names; UnknownModel where these folders can hold none."""
    find_folders(name)
    return LocalChat(model=name, temperature=sampling.temperature, max_tokens=sampling.max_tokens)


def _role(message: BaseMessage) -> str:
    if message.type not in _ROLES:
        raise ValueError(f"a local model takes no {message.type} message")
    return _ROLES[message.type]
