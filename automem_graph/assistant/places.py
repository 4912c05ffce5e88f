"""Where the memory of a run is: what `MemoryFor` takes when every user has one of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore

from automem_graph.memory.labels import label
from automem_graph.memory.open import open_memory, store_memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.shared import SharedMemory

Place = Callable[[Runtime[Any]], SharedMemory]
"""Finds the memory of a run."""

MOST_OPEN = 256
"""Memories that stay open; opening one again costs little."""


def per_user(
    root: str | os.PathLike[str],
    user: Callable[[Runtime[Any]], str | None],
    *,
    read_only: Sequence[str] = (),
    quota: Quota | None = None,
) -> Place:
    """A folder of its own for each user, below `root`; `user` says whose run it is.

        AutoMemMiddleware(per_user("memories", lambda runtime: runtime.context.user_id))

    Any text is a user, and no two share a folder (see `labels.label`). A run without a user is an
    error, and so is a folder that is a link.
    """
    top = Path(root).absolute()

    @lru_cache(maxsize=MOST_OPEN)
    def opened(folder: Path) -> SharedMemory:
        return open_memory(folder, read_only, quota=quota)

    def place(runtime: Runtime[Any]) -> SharedMemory:
        folder = top / label(_given(user(runtime), "user"))
        if folder.is_symlink():
            raise ValueError(f"{folder} is a link; the memory of a user is a folder of its own")
        return opened(folder)

    return place


def in_store(
    namespace: Callable[[Runtime[Any]], Sequence[str]],
    store: BaseStore | None = None,
    *,
    read_only: Sequence[str] = (),
    quota: Quota | None = None,
) -> Place:
    """A namespace of its own for each run's memory in a LangGraph store.

        in_store(lambda runtime: ("memories", runtime.context.user_id))

    Without a `store` it is the run's own: the one that the agent was made with, or the server's.
    A namespace that is empty, or has an empty label, is an error.
    """

    def place(runtime: Runtime[Any]) -> SharedMemory:
        labels = namespace(runtime)
        if isinstance(labels, str) or not labels:
            raise ValueError(
                f"a namespace is a tuple of texts, as in ('memories', 'anna'): {labels!a}"
            )
        for one in labels:
            _given(one, "label in a namespace")
        kept = store if store is not None else runtime.store
        if kept is None:
            raise ValueError(
                "there is no store to keep memory in: make the agent with store=..., or give "
                "one to in_store"
            )
        return store_memory(kept, tuple(labels), read_only, quota=quota)

    return place


def _given(text: object, what: str) -> str:
    """The text; ValueError where there is none, since memory is never anybody's by default."""
    if isinstance(text, str) and text:
        return text
    raise ValueError(f"no {what} is given for this run: it has to be a text that is not empty")
