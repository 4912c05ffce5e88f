"""An episode's memory as a middleware sees it: by the rules of a shared one, journaled as its own.

A model may not replace lines that it has not seen, as in any memory that it may share with others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from automem_graph.memory.checks import Unseen, check_seen
from automem_graph.memory.memory import Memory
from automem_graph.memory.rows import Deed
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.sizes import measure
from automem_graph.memory.source import Source
from automem_graph.memory.text import normal_form
from automem_graph.memory.visit import TOLD, Looked, Visit
from automem_graph.protocols import Answer, Edit, FileEntry


class EpisodeMemory:
    """What a keeper visits in the place of a shared memory: that of an episode's step in play.

    `first` says how many model calls of the step are recorded, whose turns come before a keep's.
    """

    def __init__(self, memory: Memory, step: int, first: Callable[[], int]) -> None:
        self._memory = memory
        self._step = step
        self._first = first

    def index(self) -> tuple[FileEntry, ...]:
        return self._memory.index()

    def visit(self, source: Source, looked: Looked | None = None) -> EpisodeVisit:
        """The door for a node of the keep under way."""
        return EpisodeVisit(self._memory, (self._step, self._first()), source, looked)


class EpisodeVisit(Visit):
    """A visit whose deeds are those of a step of the episode, from turn `at[1]` on.

    Nobody else writes to an episode's memory, so what was done can be taken back.
    """

    def __init__(
        self, memory: Memory, at: tuple[int, int], source: Source, looked: Looked | None
    ) -> None:
        self._judge = _Judge(memory)
        super().__init__(cast(SharedMemory, self._judge), source, looked)
        self._files = memory
        self._step, self._first = at

    def rewind(self, step: int, turn: int) -> None:
        """Take back what was done at or after a turn of this keep."""
        self._files.rewind(self._step, self._first + turn)

    def perform(self, deed: Deed, edits: Sequence[Edit] = ()) -> Answer:
        """Do the edits in order, up to the first that is refused, and journal one row."""
        self._judge.begin()
        judged = super().perform(deed, edits)
        mine = {"step": self._step, "turn": self._first + max(0, deed.turn)}
        problem = {} if judged.ok else {"problem": judged.text}
        return self._files.perform(deed.model_copy(update={**mine, **problem}), self._judge.allowed)


class _Judge:
    """Stands for the shared memory of a visit: allows edits, and leaves them to be done."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._texts: dict[str, str | None] = {}
        self.allowed: list[Edit] = []

    def begin(self) -> None:
        """Begin with the files as they are."""
        self._texts, self.allowed = {}, []

    def index(self) -> tuple[FileEntry, ...]:
        return self._memory.index()

    def text(self, name: str) -> str | None:
        return self._memory.text(name)

    def look(self, name: str, start: int = 1) -> tuple[Answer, str | None]:
        """See `SharedMemory.look`."""
        return self._memory.read(name, start), self._memory.text(name)

    def edit(self, edit: Edit, source: Source, action: str, looked: dict[str, int]) -> str | None:
        """Judge an edit as `SharedMemory.edit` does, but for names and sizes: those come after."""
        name = edit.file
        old = self._texts[name] if name in self._texts else self._memory.text(name)
        try:
            if edit.op != "append":
                check_seen(name, old, looked.get(name))
        except Unseen as error:
            looked[name] = TOLD
            return str(error)
        kept = old or "" if edit.op == "append" else ""
        new = None if edit.op == "remove" else kept + normal_form(edit.text)
        self._texts[name] = new
        self.allowed.append(edit)
        if not old or looked.get(name) == measure(old).crc:
            looked[name] = measure(new or "").crc
        return None
