"""The archive that lives and ends with this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from automem_graph.memory.archive import Written
from automem_graph.memory.dictionary import DictFiles


class ProcessArchive:
    """Files and log as Python objects; an `archive.Archive`."""

    def __init__(self) -> None:
        self.files = DictFiles()
        self._rows: list[Written] = []
        self._lock = threading.Lock()

    def rows(self) -> Iterator[Written]:
        """The log, oldest row first."""
        return iter(list(self._rows))

    @contextmanager
    def writing(self) -> Iterator[DictFiles]:
        """The files, for one thread at a time."""
        with self._lock:
            yield self.files

    @contextmanager
    def noted(self, row: Written) -> Iterator[None]:
        """Add a row, unless what it tells raises."""
        self._rows.append(row)
        try:
            yield
        except BaseException:
            self._rows.pop()
            raise

    def strike(self, gone: Callable[[Written], bool]) -> None:
        """Delete rows."""
        self._rows = [row for row in self._rows if not gone(row)]
