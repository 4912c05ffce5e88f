"""A memory that outlives conversations: many of them, threads and processes write to it at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from automem_graph.memory.names import check_name, clash
from automem_graph.memory.pages import page
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import Deed
from automem_graph.memory.sizes import measure
from automem_graph.memory.source import Source
from automem_graph.memory.text import normal_form
from automem_graph.protocols import Answer, Edit, FileEntry, MemoryFiles

Looked = Mapping[str, int]
"""What a conversation knows of the files: their names with the CRC-32 of what it last saw."""


class SharedMemory:
    """Memory files behind one door that many may use; a `protocols.MemoryView`."""

    def __init__(
        self,
        files: MemoryFiles,
        *,
        quota: Quota | None = None,
        read_only: Sequence[str] = (),
    ) -> None:
        self._files = files
        self._quota = quota or Quota()
        self._read_only = tuple(read_only)
        self._lock = threading.RLock()

    def index(self) -> tuple[FileEntry, ...]:
        """All files, sorted by name, with line counts."""
        return self._files.index()

    def text(self, name: str) -> str | None:
        """The whole file; None where there is none, or none can be."""
        return None if check_name(name) else self._files.text(name)

    def read(self, name: str, start: int = 1) -> Answer:
        """Whole lines from `start` on, up to the quota's `read_chars`; see `pages.page`."""
        problem = check_name(name)
        if problem:
            return Answer(ok=False, text=problem)
        return page(name, self._files.text(name), start, self._quota.read_chars)

    def visit(self, source: Source, looked: Looked | None = None) -> Visit:
        """The door for one conversation's step; `looked` is what an earlier visit of it knew."""
        return Visit(self, source, looked)


class Visit:
    """One conversation's step at a shared memory; a `door.Door`.

    What it writes is credited to its source. Replacing a file that somebody else has changed since
    this conversation last saw it is refused, with a sentence for the model.
    """

    def __init__(self, memory: SharedMemory, source: Source, looked: Looked | None) -> None:
        self.memory = memory
        self.source = source
        self._looked = dict(looked or {})

    @property
    def looked(self) -> dict[str, int]:
        """What the conversation knows of the files now, as JSON."""
        return dict(self._looked)

    def index(self) -> tuple[FileEntry, ...]:
        return self.memory.index()

    def text(self, name: str) -> str | None:
        text = self.memory.text(name)
        self._looked[name] = measure(text or "").crc
        return text

    def read(self, name: str, start: int = 1) -> Answer:
        return self.memory.read(name, start)

    def rewind(self, step: int, turn: int) -> None:
        """Nothing: others may have written since."""

    def perform(self, deed: Deed, edits: Sequence[Edit] = ()) -> Answer:
        files = self.memory._files
        with self.memory._lock:
            for edit in edits:
                problem = check_name(edit.file) or (
                    clash(edit.file, [e.name for e in files.index()])
                    if files.text(edit.file) is None
                    else None
                )
                if problem:
                    return Answer(ok=False, text=problem)
                if edit.op == "remove":
                    files.remove(edit.file)
                elif edit.op == "append":
                    files.append(edit.file, normal_form(edit.text))
                else:
                    files.replace(edit.file, normal_form(edit.text))
        return Answer(ok=deed.problem is None, text=deed.problem or "")
