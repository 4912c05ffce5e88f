"""The items of a LangGraph store: all of them, however many, and keys in the order of time."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore, SearchItem

Namespace = tuple[str, ...]

PAGE = 100
"""Items that one search returns; a store gives 10 unless it is asked for more."""
_TRIES = 50


def every_item(store: BaseStore, namespace: Namespace) -> list[SearchItem]:
    """All items at or below a namespace, by their keys.

    Pages shift while others delete, so what takes more than one is read until it stays the same.
    """
    found = _pages(store, namespace)
    for _ in range(_TRIES):
        if len(found) < PAGE:
            break
        before, found = found, _pages(store, namespace)
        if before.keys() == found.keys():
            break
    return sorted(found.values(), key=lambda item: item.key)


def new_key(at: int) -> str:
    """A key that nobody else has; keys sort by `at`, a time in nanoseconds."""
    return f"{at:020d}-{uuid.uuid4().hex}"


def time_of(key: str) -> int:
    """The time in a key; 0 where it has none."""
    when = key.partition("-")[0]
    return int(when) if when.isascii() and when.isdigit() else 0


class _Clock:
    """Nanoseconds that never stand still in this process, whatever the system's clock does."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def after(self, *keys: str) -> int:
        with self._lock:
            self._last = max([time.time_ns(), self._last + 1, *(time_of(key) + 1 for key in keys)])
            return self._last


after = _Clock().after
"""The time now, or just after the latest of some keys where the clock is behind them."""


def _pages(store: BaseStore, namespace: Namespace) -> dict[tuple[Namespace, str], SearchItem]:
    found: dict[tuple[Namespace, str], SearchItem] = {}
    offset = 0
    while True:
        page = _page(store, namespace, offset)
        found |= {(item.namespace, item.key): item for item in page}
        offset += len(page)
        if len(page) < PAGE:
            return found


def _page(store: BaseStore, namespace: Namespace, offset: int) -> list[SearchItem]:
    for _ in range(_TRIES):
        try:
            return store.search(namespace, limit=PAGE, offset=offset)
        except RuntimeError as error:  # `InMemoryStore` does not lock what it walks through
            if "changed size during iteration" not in str(error):
                raise
    return store.search(namespace, limit=PAGE, offset=offset)
