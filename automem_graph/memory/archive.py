"""Where a shared memory is kept: its files, and the log of who wrote what to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from automem_graph.memory.source import Id, Source
from automem_graph.protocols import Frozen, MemoryFiles


class Written(Frozen):
    """A row of the log: one edit that changed a file, was refused, or had lines forgotten.

    It holds what was added and nothing of what was there, so that it does not grow with the file.
    """

    at: str
    """When, in UTC."""
    source: Source
    action: Id
    file: Id
    op: Literal["append", "replace", "remove", "forget"]
    added: tuple[str, ...] = ()
    """The lines that were not there before, in the order in which they stand."""
    removed: int = 0
    """How many lines went."""
    refused: str | None = None
    """Why nothing changed, as the model was told."""


class Overtaken(Exception):
    """Somebody else replaced the same file at the same moment; nothing was changed."""


class Archive(Protocol):
    """A directory, a LangGraph store, or this process; the only part that they do not share.

    Many may read and write at once. What was appended is never lost.
    """

    @property
    def files(self) -> MemoryFiles:
        """The files, for readers."""
        ...

    def rows(self) -> Iterator[Written]:
        """The log, oldest row first."""
        ...

    def writing(self) -> AbstractContextManager[MemoryFiles]:
        """The files, for a writer, as they are now.

        Where the place has a lock they stay so; elsewhere `replace` raises `Overtaken` when they
        did not. `note`, `noted` and `strike` are for who is inside.
        """
        ...

    def noted(self, row: Written) -> AbstractContextManager[None]:
        """Add a row before what it tells is done; it is taken back where that raises.

        In this order, so that no line stands in a file whose source nobody knows.
        """
        ...

    def strike(self, gone: Callable[[Written], bool]) -> None:
        """Delete rows for good."""
        ...
