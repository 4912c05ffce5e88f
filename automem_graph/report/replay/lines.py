"""A file of lines that may still grow: where each begins, and nothing else of it in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path


class Lines:
    """The complete lines of a file; a last one without its newline is still being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends = array("Q", [0])
        self._inode = 0

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def replaced(self) -> bool:
        """Whether the file is not the one whose lines these are: it was begun anew, or cut."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return len(self) > 0
        return len(self) > 0 and (found.st_ino != self._inode or found.st_size < self._ends[-1])

    def grow(self) -> Iterator[bytes]:
        """The lines that have come since the last call, and were taken from it."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            self._inode = self.path.stat().st_ino
            end = self._ends[-1]
            file.seek(end)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                end += len(line)
                self._ends.append(end)
                yield line

    def drop_last(self) -> None:
        """Forget the last line: `grow` gives it again."""
        self._ends.pop()

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Lines `start` to `stop`, without the latter; there may be fewer."""
        stop = min(stop, len(self))
        if start >= stop:
            return
        with self.path.open("rb") as file:
            file.seek(self._ends[start])
            for place in range(start, stop):
                yield file.read(self._ends[place + 1] - self._ends[place])
