"""Where a chat model's calls go: what to call it in a sentence, and how it has been doing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from automem_graph.models.pace import Pace

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

_NAMES = ("model_name", "model", "model_id")
_ADDRESSES = ("anthropic_api_url", "azure_endpoint", "base_url", "endpoint_url")
_PASSWORD = re.compile(r"(?<=://)[^/\s@]+@")
_KEYS = (
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(r"\b((?:api[-_]?)?key|token)([\"']?\s*[=:]\s*[\"']?)[\w.~+/*-]+", re.IGNORECASE),
        r"\1\2***",
    ),
    (re.compile(r"\b(sk|gsk|hf|xai)[-_][\w*-]{6,}"), r"\1-***"),
)


@dataclass
class Health:
    """What this process has learned of a server; all models there share it."""

    pace: Pace = field(default_factory=Pace)
    answered: bool = False
    """Whether it has answered anything since a call to it was last given up."""


class Server:
    """A model at its address; which of them there are, is asked of LangChain's integrations."""

    def __init__(self, model: Runnable[Any, Any]) -> None:
        bound: Any = getattr(model, "bound", model)  # `bind_tools` wraps a model
        self._model: BaseChatModel = bound
        self._fields: Mapping[str, Any] = vars(self._model)
        self.health = _health(self.where)

    def __str__(self) -> str:
        where = "in this process" if self._model._llm_type == "local" else f"at {self.where}"
        return f"the model {self.name!r} {where}"

    @cached_property
    def where(self) -> str:
        """Its address without password and query; the kind of model where it tells none."""
        client = self._fields.get("root_client")
        told = [getattr(client, "base_url", None), *map(self._fields.get, _ADDRESSES)]
        found = next((str(one) for one in told if one), type(self._model).__name__)
        return _PASSWORD.sub("", found.partition("?")[0]).rstrip("/")

    @property
    def name(self) -> str:
        told = (self._fields.get(name) for name in _NAMES)
        return next((one for one in told if one and isinstance(one, str)), self._model._llm_type)

    @property
    def limit(self) -> int | None:
        """The most tokens of a reply that it is asked for, where that is in OpenAI's words."""
        told = self._fields.get("max_tokens")
        return told if isinstance(told, int) else None

    @property
    def key(self) -> str:
        """The variable that its key is read from."""
        return next(iter(self._model.lc_secrets.values()), "its key")

    def scrub(self, text: str) -> str:
        """The text without the model's own keys, and without what looks like one."""
        for value in self._fields.values():
            secret = value.get_secret_value() if hasattr(value, "get_secret_value") else None
            if isinstance(secret, str) and len(secret) > len("EMPTY"):
                text = text.replace(secret, "***")
        text = _PASSWORD.sub("", text)
        for looks, shown in _KEYS:
            text = looks.sub(shown, text)
        return text


_HEALTH: dict[str, Health] = {}


def _health(where: str) -> Health:
    known = _HEALTH.get(where)  # at every call: what is new is made only where there is none
    return known or _HEALTH.setdefault(where, Health())  # in one step: all threads share it
