"""An episode's memory as a middleware sees it: one keep's door, numbered as the episode is."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.memory.memory import Memory
from automem_graph.memory.rows import Deed
from automem_graph.protocols import Answer, Edit, FileEntry


class EpisodeDoor:
    """A `door.Door` whose deeds are those of a step of the episode, from turn `first` on.

    Nobody else writes to an episode's memory, so nothing is ever in conflict, and what was done can
    be taken back.
    """

    def __init__(self, memory: Memory, step: int, first: int) -> None:
        self._memory = memory
        self._step = step
        self._first = first

    @property
    def looked(self) -> dict[str, int]:
        """Nothing that need be known: see above."""
        return {}

    def index(self) -> tuple[FileEntry, ...]:
        return self._memory.index()

    def text(self, name: str) -> str | None:
        return self._memory.text(name)

    def read(self, name: str, start: int = 1) -> Answer:
        return self._memory.read(name, start)

    def perform(self, deed: Deed, edits: Sequence[Edit] = ()) -> Answer:
        update = {"step": self._step, "turn": self._first + deed.turn}
        return self._memory.perform(deed.model_copy(update=update), edits)

    def rewind(self, step: int, turn: int) -> None:
        self._memory.rewind(self._step, self._first + turn)
