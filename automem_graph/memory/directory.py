"""The back end that keeps memory files as real files, and never follows a link out of its folder.

Every component of a path is opened relative to its parent's descriptor with `O_NOFOLLOW`, so a
symlink that appears between a check and an open is still not followed. What is no regular file
(symlink, FIFO, device, folder) is not there for readers, and in the way for writers.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from automem_graph.memory.names import MOST_SEGMENTS, check_name
from automem_graph.protocols import FileEntry

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_UNFINISHED = ".unfinished"  # the one temporary name: no memory file starts with a dot


class _Counted(NamedTuple):
    """The lines of a file, and the version of it (inode, size, mtime in ns) that was counted."""

    version: tuple[int, int, int]
    lines: int


class DirectoryFiles:
    """Memory files in the folder `root`, made on the first write; a `protocols.MemoryFiles`.

    Sub-folders come and go with their files. What a hand left as invalid UTF-8 is read with
    U+FFFD. Writers raise FileExistsError where something that is no file is in the way. One writer
    at a time: `Memory` sees to that.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._counted: dict[str, _Counted] = {}

    def index(self) -> tuple[FileEntry, ...]:
        """All files, sorted by name, with line counts; a file that did not change is not read."""
        self._counted = counted = dict(self._walk(()))
        return tuple(FileEntry(name=name, lines=counted[name].lines) for name in sorted(counted))

    def text(self, name: str) -> str | None:
        """The whole file; None where there is none."""
        data = self._bytes(name)
        return None if data is None else data.decode("utf-8", "replace")

    def replace(self, name: str, text: str) -> None:
        """Create or overwrite, atomically: a temporary file takes the name when it is complete."""
        *parents, leaf = name.split("/")
        with self._folder(parents, make=True) as folder:
            _usable(leaf, folder)
            _unlink(_UNFINISHED, folder)
            try:
                _write(os.open(_UNFINISHED, _NEW, 0o644, dir_fd=folder), text)
                os.rename(_UNFINISHED, leaf, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                _unlink(_UNFINISHED, folder)
                raise
        self._counted.pop(name, None)

    def append(self, name: str, text: str) -> None:
        """Add at the end, creating the file, by one `O_APPEND` write."""
        *parents, leaf = name.split("/")
        with self._folder(parents, make=True) as folder:
            found = _usable(leaf, folder)
            shared = found is not None and found.st_nlink > 1
            if not shared:
                _write(os.open(leaf, _APPEND, 0o644, dir_fd=folder), text)
        if shared:  # the file's other name may lie outside of the folder: leave that one alone
            self.replace(name, (self.text(name) or "") + text)
        self._counted.pop(name, None)

    def remove(self, name: str) -> None:
        """Delete a file, and the folders that it leaves empty; a missing file is no error."""
        *parents, leaf = name.split("/")
        try:
            with self._folder(parents) as folder:
                if not _is_file(leaf, folder):
                    return
                os.unlink(leaf, dir_fd=folder)
        except FileNotFoundError:
            return
        self._counted.pop(name, None)
        while parents:
            emptied = parents.pop()
            with self._folder(parents) as folder:
                try:
                    os.rmdir(emptied, dir_fd=folder)
                except OSError:
                    return  # it holds something else

    def _walk(self, parents: tuple[str, ...]) -> Iterator[tuple[str, _Counted]]:
        """What `index` lists below a folder; what vanishes meanwhile is left out."""
        with (
            suppress(FileNotFoundError),
            self._folder(parents) as folder,
            os.scandir(folder) as found,
        ):
            for entry in found:
                path = (*parents, entry.name)
                name = "/".join(path)
                if check_name(name):
                    continue
                if entry.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        yield name, self._count(name, entry.stat(follow_symlinks=False))
                elif entry.is_dir(follow_symlinks=False) and len(path) < MOST_SEGMENTS:
                    yield from self._walk(path)

    def _count(self, name: str, found: os.stat_result) -> _Counted:
        version = (found.st_ino, found.st_size, found.st_mtime_ns)
        known = self._counted.get(name)
        if known is not None and known.version == version:
            return known
        return _Counted(version, self._lines(self._bytes(name) or b""))

    def _lines(self, data: bytes) -> int:
        return data.count(b"\n")

    def _bytes(self, name: str) -> bytes | None:
        *parents, leaf = name.split("/")
        try:
            with self._folder(parents) as folder:
                if not _is_file(leaf, folder):
                    return None
                with os.fdopen(os.open(leaf, _READ, dir_fd=folder), "rb") as file:
                    return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):  # swapped for a link or FIFO just now
                return None
            raise

    @contextmanager
    def _folder(self, parents: Sequence[str], make: bool = False) -> Iterator[int]:
        """A descriptor of the folder at `parents`.

        Raises FileNotFoundError where there is none; with `make`, FileExistsError where something
        else has its name.
        """
        try:
            descriptor = os.open(self._root, _FOLDER)
        except FileNotFoundError:
            if not make:
                raise
            self._root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._root, _FOLDER)
        try:
            for parent in parents:
                outer, descriptor = descriptor, _enter(parent, descriptor, make)
                os.close(outer)
            yield descriptor
        finally:
            os.close(descriptor)


def _enter(name: str, folder: int, make: bool) -> int:
    """A descriptor of one sub-folder; errors as `DirectoryFiles._folder` has them."""
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        if make:
            raise FileExistsError(errno.EEXIST, "is there, but is no folder", name) from error
        raise FileNotFoundError(errno.ENOENT, "is no folder", name) from error


def _look(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _is_file(name: str, folder: int) -> bool:
    found = _look(name, folder)
    return found is not None and stat.S_ISREG(found.st_mode)


def _usable(name: str, folder: int) -> os.stat_result | None:
    """What has the name now: a file or nothing; FileExistsError for anything else."""
    found = _look(name, folder)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise FileExistsError(errno.EEXIST, "is there, but is no file", name)
    return found


def _write(descriptor: int, text: str) -> None:
    """Write all of it in one call, and close; OSError where the disk takes only a part."""
    data = text.encode()
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(descriptor)


def _unlink(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
