"""A memory that outlives conversations: many of them, threads and processes write to it at once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from automem_graph.memory.archive import Archive, Overtaken, Written
from automem_graph.memory.checks import (
    Refused,
    Unseen,
    check_seen,
    check_size,
    in_the_way,
    overtaken,
)
from automem_graph.memory.in_process import ProcessArchive
from automem_graph.memory.lines import Line, added, credited, without
from automem_graph.memory.names import check_name
from automem_graph.memory.pages import page
from automem_graph.memory.quota import Quota
from automem_graph.memory.sizes import measure
from automem_graph.memory.source import Source, bounded
from automem_graph.memory.text import normal_form
from automem_graph.memory.visit import TOLD, Looked, Visit
from automem_graph.protocols import Answer, Edit, FileEntry, MemoryFiles

__all__ = ["Looked", "SharedMemory", "Visit"]

PERSON = Source(role="person")

_TRIES = 20
"""Times that a store is written to where others write to the same file at the same moment."""
_PAUSE = 0.02
"""Seconds between them, at most; as chance has it, or two could stop each other for ever."""
_PAUSES = random.Random()


class SharedMemory:
    """Memory files behind one door that many may use; a `protocols.MemoryView`.

    Nothing that a model or a scaffold asks for raises: it is answered. OSError is for a broken
    disk, JournalError for a log that cannot be read, ValueError for a caller's mistake.

    `read_only` names files, and folders with all that is in them, which no conversation may write.
    `prefix` stands before all names here, and is no part of them in the archive.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        quota: Quota | None = None,
        read_only: Sequence[str] = (),
        prefix: str = "",
    ) -> None:
        self._archive = archive
        self._quota = quota or Quota()
        self._read_only = tuple(name.rstrip("/").lower() for name in read_only)
        self._prefix = prefix

    @classmethod
    def in_process(
        cls, *, quota: Quota | None = None, read_only: Sequence[str] = ()
    ) -> SharedMemory:
        """A memory that ends with this process."""
        return SharedMemory(ProcessArchive(), quota=quota, read_only=read_only)

    def index(self) -> tuple[FileEntry, ...]:
        """All files, sorted by name, with line counts."""
        return tuple(
            FileEntry(name=self._prefix + entry.name, lines=entry.lines)
            for entry in self._archive.files.index()
        )

    def text(self, name: str) -> str | None:
        """The whole file in normal form; None where there is none, or none can be."""
        return self.look(name)[1]

    def read(self, name: str, start: int = 1) -> Answer:
        """Whole lines from `start` on, up to the quota's `read_chars`; see `pages.page`."""
        return self.look(name, start)[0]

    def look(self, name: str, start: int = 1) -> tuple[Answer, str | None]:
        """What `read` answers, and the whole text that it is from."""
        try:
            text = _text(self._archive.files, self._inner(name))
        except Refused as error:
            return Answer(ok=False, text=str(error)), None
        return page(name, text, start, self._quota.read_chars), text

    def lines(self, name: str) -> tuple[Line, ...]:
        """The lines of a file, each with where it comes from; none where there is no file."""
        text = self.text(name)
        return credited(name, text, self.history()) if text else ()

    def history(self) -> Iterator[Written]:
        """Every edit that changed a file or was refused, oldest first."""
        for row in self._archive.rows():
            yield row.model_copy(update={"file": self._prefix + row.file})

    def visit(self, source: Source, looked: Looked | None = None) -> Visit:
        """The door for one conversation's step; `looked` is what an earlier visit of it knew."""
        return Visit(self, source, looked)

    def within(self, prefix: str, *, read_only: bool) -> SharedMemory:
        """The same memory with names that begin with a prefix, which ends with `/`."""
        closed = (prefix,) if read_only else tuple(prefix + name for name in self._read_only)
        return SharedMemory(self._archive, quota=self._quota, read_only=closed, prefix=prefix)

    def write(self, name: str, text: str) -> None:
        """Set a file as a person does, read-only or not, whoever wrote to it meanwhile.

        ValueError where it cannot be.
        """
        problem = self.edit(Edit(op="replace", file=name, text=text), PERSON, "write", None)
        if problem:
            raise ValueError(problem)

    def forget(self, *, thread: str | None = None, message: str | None = None) -> dict[str, int]:
        """Delete all lines that come from a thread, or from steps that heard a message.

        With both given it has to be both. The text goes from the files and from the log, and a
        file that holds nothing else goes as well; the same words from another source stay. Gives
        the number of lines that went, by file.
        """
        if not (thread or message):
            raise ValueError("say whose lines to forget: those of a thread, a message, or both")

        def theirs(source: Source) -> bool:
            return source.concerns(thread and bounded(thread), message and bounded(message))

        gone: Counter[str] = Counter()
        for _ in range(_TRIES):
            try:
                with self._archive.writing() as files:
                    self._forget(files, theirs, gone)
                return {self._prefix + name: count for name, count in sorted(gone.items())}
            except Overtaken:
                time.sleep(_PAUSES.uniform(0, _PAUSE))
        raise OSError("others kept writing to the same files: forget the rest once more")

    def edit(
        self, edit: Edit, source: Source, action: str, looked: dict[str, int] | None
    ) -> str | None:
        """Do one edit; a sentence for the model where it is refused and nothing has changed.

        `looked` is what the writer has seen, and is kept up with what it writes. Without it, as
        for a person, anything may be replaced.
        """
        row = Written(
            at=_now(),
            source=source,
            action=action,
            file=edit.file.removeprefix(self._prefix),
            op=edit.op,
        )
        for _ in range(_TRIES):
            try:
                return self._try(edit, row, looked)
            except Overtaken:  # a store has no lock: look what is there now
                time.sleep(_PAUSES.uniform(0, _PAUSE))
        return str(overtaken(edit.file))

    def _try(self, edit: Edit, row: Written, looked: dict[str, int] | None) -> str | None:
        with self._archive.writing() as files:
            try:
                self._do(files, edit, row, looked)
            except Refused as error:
                if looked is not None and isinstance(error, Unseen):
                    looked[edit.file] = TOLD
                with self._archive.noted(row.model_copy(update={"refused": str(error)})):
                    return str(error)
        return None

    def _do(
        self, files: MemoryFiles, edit: Edit, row: Written, looked: dict[str, int] | None
    ) -> None:
        """Judge an edit by the files as they are, and carry it out; or `Refused`."""
        name = self._inner(edit.file)
        texts = {entry.name: _text(files, entry.name) or "" for entry in files.index()}
        old = texts.get(name)
        if looked is not None:
            self._check_writable(edit.file)
            if edit.op != "append":
                check_seen(edit.file, old, looked.get(edit.file))
        new = _after(edit, old)
        if new is not None:
            sizes = {self._prefix + other: measure(text) for other, text in texts.items()}
            check_size(edit.file, measure(new), sizes, self._quota)
        if new != old:
            fresh = added(old, new)
            gone = len(added(new, old))
            with self._archive.noted(row.model_copy(update={"added": fresh, "removed": gone})):
                try:
                    _put(files, name, edit.op, old, new)
                except FileExistsError as error:
                    raise in_the_way(edit.file) from error
        if looked is not None and (not old or looked.get(edit.file) == measure(old).crc):
            looked[edit.file] = measure(new or "").crc

    def _forget(
        self, files: MemoryFiles, theirs: Callable[[Source], bool], gone: Counter[str]
    ) -> None:
        rows = list(self._archive.rows())
        for name in sorted({row.file for row in rows if theirs(row.source)}):
            text = None if check_name(name) else _text(files, name)
            left, count = without(name, text or "", rows, theirs)
            if not count:
                continue
            if left is None:
                files.remove(name)
            else:
                files.replace(name, left)
            gone[name] += count
            row = Written(
                at=_now(), source=PERSON, action="forget", file=name, op="forget", removed=count
            )
            with self._archive.noted(row):
                pass
        self._archive.strike(lambda row: theirs(row.source))

    def _inner(self, name: str) -> str:
        """A file's name in the archive; `Refused` for what is no name."""
        if not name.startswith(self._prefix):
            folder = self._prefix.rstrip("/")
            raise Refused(f"{folder} is a folder; name a file in it, as in {folder}/notes.md.")
        inner = name.removeprefix(self._prefix)
        problem = check_name(inner)
        if problem:
            raise Refused(problem)
        return inner

    def _check_writable(self, name: str) -> None:
        low = name.lower()
        if any(low == one or low.startswith(f"{one}/") for one in self._read_only):
            raise Refused(f"{name} is read-only here: only people change it. Use another file.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _text(files: MemoryFiles, name: str) -> str | None:
    """A file's text as models know it, whatever a hand has left there."""
    text = files.text(name)
    return None if text is None else normal_form(text)


def _after(edit: Edit, old: str | None) -> str | None:
    """The text that an edit makes of a text; None is for no file."""
    if edit.op == "remove":
        return None
    return (old or "" if edit.op == "append" else "") + normal_form(edit.text)


def _put(files: MemoryFiles, name: str, op: str, old: str | None, new: str | None) -> None:
    if new is None:
        files.remove(name)
    elif op == "append" and files.text(name) == old:
        files.append(name, new.removeprefix(old or ""))
    else:  # also what is added to a file that a hand left in another form
        files.replace(name, new)
