"""The journal of a memory on disk: one JSON line per row, added at the end or cut off from it.

Rows go to the operating system, not through to the platter: they survive the process, and after a
power failure the directory is put back to what the rows that are left say.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from automem_graph.memory.rows import JournalError, Row

_BLOCK = 1 << 16


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a journal, in order; none where there is no file.

    A torn last line (its writer died) is left out; JournalError for any other line that is no row.
    """
    return (row for row, _ in scan(path))


def scan(path: Path) -> Iterator[tuple[Row, int]]:
    """The rows of a journal, each with the byte at which it ends."""
    if not path.exists():
        return
    end = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            end += len(line)
            try:
                yield Row.model_validate_json(line), end
            except ValidationError as error:
                what = error.errors()[0]["msg"]
                raise JournalError(
                    f"{path}, line {number}: not a row of a journal: {what}"
                ) from error


class Journal:
    """The writing side. All but `last` is for who holds the lock: `with journal.held(): ...`.

    One lock for the directory, not one per file: rows must be in the order in which their changes
    were applied, and all files share one quota. It is `flock` on the journal itself, so it ends
    with its process and needs no file of its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last: Row | None = None
        self._end = -1  # no known end: whoever takes the lock next looks first
        self._descriptor = -1
        self._threads = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory's lock, against other threads and other processes."""
        with self._threads:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self.path, flags, 0o644)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(self._descriptor)

    @property
    def moved(self) -> bool:
        """Whether the file does not end where this object left it: `look` again."""
        return os.fstat(self._descriptor).st_size != self._end

    def look(self) -> None:
        """Find the last row, without reading the others; a torn line after it is cut off."""
        size = os.fstat(self._descriptor).st_size
        tail, start = b"", size
        while start and tail.count(b"\n") < 2:
            block = min(_BLOCK, start)
            start -= block
            tail = os.pread(self._descriptor, block, start) + tail
        whole = tail[: tail.rfind(b"\n") + 1]
        line = whole[whole.rfind(b"\n", 0, -1) + 1 :]
        try:
            last = Row.model_validate_json(line) if line else None
        except ValidationError:
            list(scan(self.path))  # raises for this line, and knows its number
            raise
        self.cut(size - len(tail) + len(whole), last)

    def append(self, row: Row) -> None:
        """Add a row by one write."""
        line = json.dumps(row.model_dump(exclude_defaults=True), ensure_ascii=False) + "\n"
        data = line.encode("utf-8", "replace")  # arguments may hold lone surrogates
        if os.write(self._descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self._end += len(data)
        self.last = row

    def cut(self, end: int, last: Row | None) -> None:
        """Let the journal end at byte `end`, with `last` as its last row."""
        if os.fstat(self._descriptor).st_size != end:
            os.ftruncate(self._descriptor, end)
        self._end, self.last = end, last

    def forget(self) -> None:
        """Trust nothing that is known of the end: something failed halfway."""
        self._end = -1
