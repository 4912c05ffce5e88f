"""OpenAI's chat protocol through OpenAI's client, at less processor time a call.

The module needs langchain-openai, so it is imported where such a model is asked for.
"""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_openai import ChatOpenAI

_HEAVY = ("messages", "tools")


class PlainChat(ChatOpenAI):
    """`ChatOpenAI` whose messages and tools are sent as they are.

    OpenAI's client walks through each body by the types of its API, for fields that Python spells
    in another way than the wire: a third of a call's processor time, and LangChain spells all of
    them as the wire does. What goes by `extra_body` is not walked through. The bytes are the same.
    """

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        if "messages" not in payload or "response_format" in payload:
            return payload  # another protocol, or a client's method that reads the tools
        plain = {name: payload[name] for name in _HEAVY if payload.get(name)}
        payload |= dict.fromkeys(plain, ())
        payload["extra_body"] = {**plain, **(payload.get("extra_body") or {})}
        return payload
