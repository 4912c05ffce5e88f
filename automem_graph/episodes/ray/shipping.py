"""What travels of an episode's files: pieces, each of which ends a file where it ends.

Two kinds of files grow, the trace and the journal, and only complete lines of them travel: rows of
the trace, and rows of the journal of steps that the trace has. Nobody ever takes these back, so
whoever has them can go on from there. All others (prompts, memory files, the result) travel whole.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder, write_whole
from automem_graph.episodes.trace import steps_kept, whole_lines
from automem_graph.memory.journal import scan

PROMPT_NAME = re.compile(rb'"([0-9a-f]{16})"')


class Piece(NamedTuple):
    """Bytes of a file: from byte `at` on to its end; None is a whole file, replaced at once."""

    file: str
    """Relative to the run's folder, with slashes."""
    at: int | None
    data: bytes


def put(run: RunFolder, pieces: Iterable[Piece]) -> None:
    """Write the pieces in their order; RunError for one that does not belong, or does not fit."""
    for piece in pieces:
        name = PurePosixPath(piece.file)
        if name.is_absolute() or ".." in name.parts or name.parts[0] not in ("prompts", "episodes"):
            raise RunError(f"a worker sent '{piece.file[:80]}', which is no file of an episode")
        path = run.path.joinpath(*name.parts)
        if piece.at is None:
            write_whole(path, piece.data.decode())
        else:
            _end_with(path, piece.at, piece.data)


def kept(folder: EpisodeFolder) -> list[Piece]:
    """All that a worker needs to go on with an episode; nothing where it was not begun."""
    if not steps_kept(folder):
        return []
    trace = b"".join(whole_lines(folder))
    names = sorted({name.decode() for name in PROMPT_NAME.findall(trace)})
    prompts = (
        (f"prompts/{name}.txt", folder.run.path / "prompts" / f"{name}.txt") for name in names
    )
    found = [Piece(name, None, path.read_bytes()) for name, path in prompts if path.is_file()]
    ends = [end for row, end in scan(folder.journal) if row.step < steps_kept(folder)]
    journal = folder.journal.read_bytes()[: ends[-1]] if ends else b""
    return [
        *found,
        Piece(_named(folder, folder.journal), 0, journal),
        Piece(_named(folder, folder.trace), 0, trace),
    ]


def tidy(folder: EpisodeFolder, pieces: Iterable[Piece]) -> None:
    """Remove the memory files of an earlier sitting that these last pieces do not have."""
    sent = {piece.file for piece in pieces}
    for path in _files(folder.memory):
        if _named(folder, path) not in sent:
            path.unlink()


class Outbox:
    """What of an episode has not been sent yet; `sent` says that all there is now is there too."""

    def __init__(self, folder: EpisodeFolder, *, sent: bool) -> None:
        self._folder = folder
        self._trace = 0
        self._rows = 0
        self._journal = 0
        self._prompts: set[str] = set()
        if sent:
            self.take()

    def take(self, *, ended: bool = False) -> list[Piece]:
        """The pieces since the last call, in the order in which they can be written safely.

        An episode that has `ended` leaves everything, its memory files and its result included.
        """
        trace = self._lines_of_trace()  # read first: prompts and journal are ahead of it
        journal = self._lines_of_journal(ended=ended)
        pieces = [*self._new_prompts()]
        if ended:
            pieces += [self._whole(path) for path in _files(self._folder.memory)]
        return [*pieces, *journal, *trace, *(self._result() if ended else ())]

    def _lines_of_trace(self) -> list[Piece]:
        at, lines = self._trace, _whole_lines(self._folder.trace, self._trace)
        data = b"".join(lines)
        self._trace += len(data)
        self._rows += len(lines)
        return [Piece(_named(self._folder, self._folder.trace), at, data)] if data else []

    def _lines_of_journal(self, *, ended: bool) -> list[Piece]:
        """A step's rows may be taken back until its row is in the trace, initial files until the
        first one is."""
        at, data = self._journal, b""
        steps = self._rows - 1
        if (steps < 1 and not ended) or not self._folder.journal.exists():
            return []
        for line in _whole_lines(self._folder.journal, at):
            if not ended and json.loads(line)["step"] >= steps:
                break
            data += line
        self._journal += len(data)
        piece = Piece(_named(self._folder, self._folder.journal), at, data)
        return [piece] if data or ended else []

    def _new_prompts(self) -> Iterator[Piece]:
        for path in _files(self._folder.run.path / "prompts"):
            if path.name not in self._prompts:
                self._prompts.add(path.name)
                yield self._whole(path)

    def _result(self) -> Iterator[Piece]:
        if self._folder.result.exists():
            yield self._whole(self._folder.result)

    def _whole(self, path: Path) -> Piece:
        return Piece(_named(self._folder, path), None, path.read_bytes())


def _named(folder: EpisodeFolder, path: Path) -> str:
    return path.relative_to(folder.run.path).as_posix()


def _files(folder: Path) -> list[Path]:
    """The finished files below a folder, which need not exist."""
    return [one for one in sorted(folder.rglob("[!.]*")) if one.is_file() and not one.is_symlink()]


def _whole_lines(path: Path, at: int) -> list[bytes]:
    """The complete lines from a byte on; none where there is no file."""
    try:
        with path.open("rb") as file:
            file.seek(at)
            return [line for line in file if line.endswith(b"\n")]
    except FileNotFoundError:
        return []


def _end_with(path: Path, at: int, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if os.fstat(file).st_size < at:
            raise RunError(f"{path} is shorter than what was read of it: somebody changed it")
        os.ftruncate(file, at)
        if os.pwrite(file, data, at) != len(data):
            raise OSError(f"{path} took only a part of what was written: the disk is full")
    finally:
        os.close(file)
