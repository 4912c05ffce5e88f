"""`offline:companion`: a host for agents, by rules: it notes what it is told, and answers from it.

It knows what the messages say and nothing else, so whatever it answers about an earlier
conversation came to it through memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from automem_graph.models.facts import asked, facts, latest, mentioned

MEMORY = "memory"
"""The name of the message that carries what memory recalls."""

UNKNOWN, NOTED, HEARD = "I do not know.", "Noted.", "I see."

_VAIN = ("<", "No line of ")
"""What begins the lines of memory's message that say nothing of a thing: frames, vain searches."""


class OfflineCompanion(BaseChatModel):
    """A pure function of the messages it is given; free, deterministic, and no language model.

    `My dentist is now Dr. Weber.` is noted. `Who is my dentist?` is answered with what was said of
    it last, by a person, a tool or the message called "memory". Tools that are bound are not used.
    """

    @property
    def _llm_type(self) -> str:
        return "offline-companion"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self.bind(tools=list(tools))

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        told = super()._get_ls_params(stop=stop, **kwargs)
        name = kwargs.get("model", "companion")
        return {**told, "ls_provider": "offline", "ls_model_name": name}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        text = answer(messages)
        for end in filter(None, stop or ()):
            text = text.partition(end)[0]
        read = sum(len(message.text) for message in messages) // 4
        written = -(-len(text) // 4)
        usage = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
        message = AIMessage(content=text, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


def answer(messages: Sequence[BaseMessage]) -> str:
    """The reply to the latest message of a person."""
    people = [one for one in messages if isinstance(one, HumanMessage) and one.name != MEMORY]
    heard = people[-1].text if people else ""
    if things := list(asked(heard)):
        return "; ".join(_recalled(messages, thing) for thing in things)
    return NOTED if any(facts(heard)) else HEARD


def _recalled(messages: Sequence[BaseMessage], thing: str) -> str:
    """What was said last of a thing; else what memory or a tool has on it in other words."""
    told = [one for one in messages if isinstance(one, HumanMessage | ToolMessage)]
    known = [fact for message in told for fact in facts(message.text)]
    notes = [one for one in told if isinstance(one, ToolMessage) or one.name == MEMORY]
    lines = [line for one in notes for line in one.text.split("\n") if not line.startswith(_VAIN)]
    return latest(known, thing) or mentioned(lines, thing) or UNKNOWN
