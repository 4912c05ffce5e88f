"""The archive in a folder: plain files that anybody may read and edit, and the log beside them.

The log is `.journal.jsonl`, one JSON line per row; no memory file has a name like that. A lock on
it (`flock`) lets one writer in at a time, of all threads and processes. Hands and other programs
do not ask for the lock: what they leave in the files is taken as it is.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from automem_graph.memory.archive import Written
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.rows import JournalError
from automem_graph.memory.text import normal_form

LOG = ".journal.jsonl"
_UNFINISHED = ".journal.unfinished"
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BLOCK = 1 << 16


class HandFiles(DirectoryFiles):
    """Files that people edit as well: their last lines may be unended, and are lines."""

    def _lines(self, data: bytes) -> int:
        return normal_form(data.decode("utf-8", "replace")).count("\n")


class FolderArchive:
    """A folder, made on the first write; an `archive.Archive`."""

    def __init__(self, root: Path) -> None:
        self.files = HandFiles(root)
        self._root = root
        self._threads = threading.Lock()
        self._log = -1
        """The log's descriptor, for who is writing."""

    def rows(self) -> Iterator[Written]:
        """The log, oldest row first.

        A torn last line (its writer died) is left out; JournalError for another that is no row.
        """
        try:
            descriptor = self._open(os.O_RDONLY)
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield Written.model_validate_json(line)
                except ValidationError as error:
                    what = error.errors()[0]["msg"]
                    where = f"{self._root / LOG}, line {number}"
                    raise JournalError(f"{where}: not a row of a memory's log: {what}") from error

    @contextmanager
    def writing(self) -> Iterator[HandFiles]:
        """The files, for one thread of one process at a time."""
        with self._threads:
            self._root.mkdir(parents=True, exist_ok=True)
            self._log = self._locked()
            try:
                self._mend()
                yield self.files
            finally:
                os.close(self._log)

    @contextmanager
    def noted(self, row: Written) -> Iterator[None]:
        """Add a row, and cut it off again where what it tells raises."""
        end = os.fstat(self._log).st_size
        try:
            _write(self._log, _line(row), self._root / LOG)
            yield
        except BaseException:
            os.ftruncate(self._log, end)
            raise

    def strike(self, gone: Callable[[Written], bool]) -> None:
        """Delete rows: a log without them takes the name when it is complete."""
        kept = b"".join(_line(row) for row in self.rows() if not gone(row))
        unfinished = self._root / _UNFINISHED
        with suppress(FileNotFoundError):
            unfinished.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _SAFE
        fresh = os.open(unfinished, flags, 0o644)
        try:
            fcntl.flock(fresh, fcntl.LOCK_EX)  # nobody gets in before this writer has left
            _write(fresh, kept, unfinished)
            unfinished.replace(self._root / LOG)
        except BaseException:
            os.close(fresh)
            raise
        os.close(self._log)
        self._log = fresh

    def _locked(self) -> int:
        """A locked descriptor of the log that has the name now, whatever was struck meanwhile."""
        while True:
            descriptor = self._open(os.O_RDWR | os.O_APPEND | os.O_CREAT)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                with suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(descriptor), (self._root / LOG).lstat()):
                        return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _open(self, flags: int) -> int:
        """A descriptor of the log; JournalError where something else has its name."""
        path = self._root / LOG
        try:
            descriptor = os.open(path, flags | _SAFE, 0o644)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                raise
        else:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return descriptor
            os.close(descriptor)
        raise JournalError(f"{path} is no file; the memory's log has to be there: move it away")

    def _mend(self) -> None:
        """Cut off a torn last line, whose writer died."""
        size = end = os.fstat(self._log).st_size
        while end:
            start = max(0, end - _BLOCK)
            newline = os.pread(self._log, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._log, end)


def _line(row: Written) -> bytes:
    return row.model_dump_json(exclude_defaults=True).encode() + b"\n"


def _write(descriptor: int, data: bytes, path: Path) -> None:
    """Write all of it in one call; OSError where the disk takes only a part."""
    if os.write(descriptor, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
