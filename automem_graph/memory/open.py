"""Opening a memory that outlives conversations, wherever it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automem_graph.memory.in_folder import FolderArchive
from automem_graph.memory.in_store import StoreArchive
from automem_graph.memory.quota import Quota
from automem_graph.memory.shared import SharedMemory

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore


def open_memory(
    where: str | os.PathLike[str], read_only: Sequence[str] = (), *, quota: Quota | None = None
) -> SharedMemory:
    """The memory in a folder, which is made on the first write.

    It holds plain text files, which a person may read, edit and put under version control.
    ValueError where something that is no folder is there.
    """
    root = Path(where).absolute()
    if root.exists() and not root.is_dir():
        raise ValueError(f"{root} is no folder; name one that memory is in, or shall be")
    return SharedMemory(FolderArchive(root), quota=quota, read_only=read_only)


def store_memory(
    store: BaseStore,
    namespace: Sequence[str],
    read_only: Sequence[str] = (),
    *,
    quota: Quota | None = None,
) -> SharedMemory:
    """The memory in a LangGraph store, below a namespace of any labels (see `labels.label`).

    No other namespace sees it, also none that begins with the same labels.
    """
    if isinstance(namespace, str) or not all(isinstance(one, str) for one in namespace):
        raise ValueError(
            f"a namespace is a tuple of texts, as in ('memories', 'anna'): {namespace!a}"
        )
    return SharedMemory(StoreArchive(store, namespace), quota=quota, read_only=read_only)
