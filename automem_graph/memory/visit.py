"""One conversation's step at a shared memory: what it has seen, and who is credited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from automem_graph.memory.rows import Deed
from automem_graph.memory.sizes import measure
from automem_graph.memory.source import Source
from automem_graph.protocols import Answer, Edit, FileEntry

if TYPE_CHECKING:
    from automem_graph.memory.shared import SharedMemory

Looked = Mapping[str, int]
"""What a conversation knows of the files: their names with the CRC-32 of what it last saw."""

TOLD = -1
"""In place of a CRC-32: the conversation was told that it has to read the file first."""


class Visit:
    """One conversation's step at a shared memory; a `door.Door`.

    What it writes is credited to its source. Adding to a file is always possible. Replacing or
    removing one that has text in it takes having seen that text, as it is now; else it is refused,
    with a sentence that tells the model to read it first. Seen is

    - what `read` has shown, also a part of it, and what this conversation itself wrote;
    - what an action's own code took with `text`, for the edits of that action: a model that
      searches has not seen the file;
    - after a refusal, what any action looks at, since not every scaffold has one that reads.
    """

    def __init__(self, memory: SharedMemory, source: Source, looked: Looked | None) -> None:
        self.memory = memory
        self.source = source
        self._looked = dict(looked or {})
        self._taken: dict[str, int] = {}
        """What code has taken since the last deed."""

    @property
    def looked(self) -> dict[str, int]:
        """What the conversation knows of the files now, as JSON."""
        return dict(self._looked)

    def index(self) -> tuple[FileEntry, ...]:
        """All files; a name and a number of lines are no look at them."""
        return self.memory.index()

    def text(self, name: str) -> str | None:
        """The whole file, for an action's code."""
        text = self.memory.text(name)
        if text is not None:
            self._taken[name] = measure(text).crc
            if self._looked.get(name) == TOLD:
                self._looked[name] = self._taken[name]
        return text

    def read(self, name: str, start: int = 1) -> Answer:
        """Whole lines from `start` on, for the model."""
        answer, text = self.memory.look(name, start)
        if text is not None:
            self._looked[name] = measure(text).crc
        return answer

    def rewind(self, step: int, turn: int) -> None:
        """Nothing: others may have written since."""

    def perform(self, deed: Deed, edits: Sequence[Edit] = ()) -> Answer:
        """Do the edits in order, up to the first that is refused."""
        source = self.source.model_copy(update={"role": deed.role})
        taken, self._taken = self._taken, {}
        for edit in edits:
            name, known = edit.file, self._looked | taken
            informed = edit.op != "append" or known.get(name) == self._looked.get(name)
            problem = self.memory.edit(edit, source, deed.action, known)
            if informed and name in known:
                self._looked[name] = known[name]
            if problem:
                return Answer(ok=False, text=problem)
            taken.pop(name, None)
        return Answer(ok=deed.problem is None, text=deed.problem or "")
