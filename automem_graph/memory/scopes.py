"""A memory with another one as a folder in it: one's own notes, and what everybody shares."""

from __future__ import annotations

from collections.abc import Iterator

from automem_graph.memory.archive import Written
from automem_graph.memory.lines import Line
from automem_graph.memory.names import check_name
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.protocols import Answer, Edit, FileEntry


def with_shared(
    own: SharedMemory, shared: SharedMemory, at: str = "shared", *, read_only: bool = True
) -> SharedMemory:
    """`own`, with the files of `shared` under the folder `at`.

    Each keeps its files, its log, its quota and what is read-only in it. With `read_only` no
    conversation writes to the shared part, and `forget` leaves it alone. What `own` itself has
    under `at` is not seen. ValueError where `at` is no name of a folder.
    """
    if check_name(at) or "/" in at:
        raise ValueError(f"{at!a} cannot be the folder of a shared memory; use a name like shared")
    return _WithShared(own, shared.within(f"{at}/", read_only=read_only), at, read_only)


class _WithShared(SharedMemory):
    """Two memories as one; every name belongs to one of them."""

    def __init__(self, own: SharedMemory, shared: SharedMemory, at: str, read_only: bool) -> None:
        self._own = own
        self._shared = shared
        self._at = at
        self._closed = read_only

    def index(self) -> tuple[FileEntry, ...]:
        own = [entry for entry in self._own.index() if self._part(entry.name) is self._own]
        return tuple(sorted([*own, *self._shared.index()], key=lambda entry: entry.name))

    def look(self, name: str, start: int = 1) -> tuple[Answer, str | None]:
        return self._part(name).look(name, start)

    def lines(self, name: str) -> tuple[Line, ...]:
        return self._part(name).lines(name)

    def history(self) -> Iterator[Written]:
        """What was done to one's own part, then what was done to the shared one."""
        yield from self._own.history()
        yield from self._shared.history()

    def forget(self, *, thread: str | None = None, message: str | None = None) -> dict[str, int]:
        gone = self._own.forget(thread=thread, message=message)
        return gone if self._closed else gone | self._shared.forget(thread=thread, message=message)

    def edit(
        self, edit: Edit, source: Source, action: str, looked: dict[str, int] | None
    ) -> str | None:
        return self._part(edit.file).edit(edit, source, action, looked)

    def within(self, prefix: str, *, read_only: bool) -> SharedMemory:
        raise ValueError("a memory with a shared part cannot be the shared part of another one")

    def _part(self, name: str) -> SharedMemory:
        """Whose a name is; by its spelling in any case, as a file system may read it."""
        first = name.partition("/")[0].lower()
        return self._shared if first == self._at.lower() else self._own
