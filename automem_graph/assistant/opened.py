"""A model that is opened when it is first needed, and once."""

from __future__ import annotations

import threading

from langchain_core.language_models import BaseChatModel

from automem_graph.models.resolve import resolve_model


class Opened:
    """A model by its name, or one that is open already; for many threads."""

    def __init__(self, model: str | BaseChatModel) -> None:
        self._model = model
        self._lock = threading.Lock()

    @property
    def model(self) -> BaseChatModel:
        """The chat model; UnknownModel where there is none of this name."""
        with self._lock:
            self._model = opened = resolve_model(self._model)
        return opened
