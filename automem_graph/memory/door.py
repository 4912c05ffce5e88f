"""The door that the routines go through to the files, whoever else may be behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from automem_graph.memory.rows import Deed
from automem_graph.protocols import Answer, Edit, MemoryView


class Door(MemoryView, Protocol):
    """Reads, and writes that are checked and journaled. `memory.Memory` is that of an episode."""

    def perform(self, deed: Deed, edits: Sequence[Edit] = ()) -> Answer:
        """Apply the edits in order, up to the first that is refused, and journal the deed."""
        ...

    def rewind(self, step: int, turn: int) -> None:
        """Take back what was done at or after a turn, where that turn is about to be played again.

        A memory that others write to as well cannot, and does nothing.
        """
        ...
