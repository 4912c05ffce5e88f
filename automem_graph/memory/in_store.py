"""The archive in a LangGraph store: for servers, where folders do not outlast a deployment.

Items stand in two namespaces below the one that is given: the pieces of the files, and the log.
Nothing expires, and nothing is embedded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pydantic import ValidationError

from automem_graph.memory.archive import Overtaken, Written
from automem_graph.memory.items import Namespace, after, every_item, new_key
from automem_graph.memory.labels import label
from automem_graph.memory.pieces import Piece, Pieces, joined
from automem_graph.protocols import FileEntry

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore

MOST_PIECES = 32
"""Pieces of a file, after which they are made one."""


class StoreFiles:
    """Memory files in a store; a `protocols.MemoryFiles`.

    A writer works on what was there when it began: `replace` and `remove` raise `Overtaken` where
    somebody else was faster, and leave what was appended meanwhile.
    """

    def __init__(self, pieces: Pieces, known: dict[str, list[Piece]] | None = None) -> None:
        self._pieces = pieces
        self._known = known

    def index(self) -> tuple[FileEntry, ...]:
        """All files, sorted by name, with line counts."""
        known = self._pieces.all() if self._known is None else self._known
        texts = {name: joined(pieces) for name, pieces in sorted(known.items())}
        return tuple(
            FileEntry(name=name, lines=text.count("\n"))
            for name, text in texts.items()
            if text is not None
        )

    def text(self, name: str) -> str | None:
        """The whole file; None where there is none."""
        return joined(self._of(name))

    def replace(self, name: str, text: str) -> None:
        """Create or overwrite."""
        self._set(name, [self._pieces.cover(name, text, self._of(name))])

    def append(self, name: str, text: str) -> None:
        """Add at the end, creating the file; many pieces are made one."""
        before = self._of(name)
        pieces = [*before, self._pieces.add(name, text, before)]
        self._set(name, pieces)
        if len(pieces) > MOST_PIECES:
            with suppress(Overtaken):  # then they are one already
                self.replace(name, joined(pieces) or "")

    def remove(self, name: str) -> None:
        """Delete; a missing file is no error."""
        known = self._of(name)
        if known:
            self._pieces.remove(name, known)
            self._set(name, [])

    def _of(self, name: str) -> list[Piece]:
        return self._pieces.of(name) if self._known is None else self._known.get(name, [])

    def _set(self, name: str, pieces: list[Piece]) -> None:
        if self._known is not None:
            self._known[name] = pieces


class StoreArchive:
    """Files and log in a store; an `archive.Archive`. Any labels make a namespace: see `label`."""

    def __init__(self, store: BaseStore, namespace: Sequence[str]) -> None:
        self._store = store
        place = tuple(map(label, namespace))
        self._log: Namespace = (*place, "=log")
        self._pieces = Pieces(store, (*place, "=files"))
        self._threads = threading.Lock()

    @property
    def files(self) -> StoreFiles:
        """The files, for readers."""
        return StoreFiles(self._pieces)

    def rows(self) -> Iterator[Written]:
        """The log, oldest row first."""
        return iter([row for _, row in self._logged()])

    @contextmanager
    def writing(self) -> Iterator[StoreFiles]:
        """The files as they are now; other threads here wait, other processes do not."""
        with self._threads:
            yield StoreFiles(self._pieces, self._pieces.all())

    @contextmanager
    def noted(self, row: Written) -> Iterator[None]:
        """Add a row, unless what it tells raises."""
        key, value = new_key(after()), row.model_dump(mode="json", exclude_defaults=True)
        self._store.put(self._log, key, value, index=False, ttl=None)
        try:
            yield
        except BaseException:
            self._store.delete(self._log, key)
            raise

    def strike(self, gone: Callable[[Written], bool]) -> None:
        """Delete rows."""
        for key, row in self._logged():
            if gone(row):
                self._store.delete(self._log, key)

    def _logged(self) -> Iterator[tuple[str, Written]]:
        for item in every_item(self._store, self._log):
            if item.namespace == self._log:
                with suppress(ValidationError):  # somebody else's item
                    yield item.key, Written.model_validate(item.value)
