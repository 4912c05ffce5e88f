"""The door to a memory: every read is capped, every change is checked, applied and journaled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from automem_graph.memory.checks import Refused, check_size, in_the_way
from automem_graph.memory.journal import Journal, scan
from automem_graph.memory.names import check_name
from automem_graph.memory.pages import page
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import Change, Deed, JournalError, Row, replay
from automem_graph.memory.sizes import Size, measure, seal
from automem_graph.memory.text import normal_form, splice
from automem_graph.protocols import Answer, Edit, FileEntry, MemoryFiles

__all__ = ["Deed", "Memory"]


class Memory:
    """Memory files behind one door, with the journal that rebuilds them; a `protocols.MemoryView`.

    Nothing that a model or a scaffold asks for raises: it is answered. OSError is for a broken
    disk, JournalError for a journal that is not this memory's, ValueError for a caller's mistake.
    Threads and processes may share a memory.

    The journal is the truth. Opening a memory whose files are not as its last row says, because a
    process died or a hand changed them, puts the files back; opening a journal beside an empty
    directory rebuilds it. Files without any journal are not touched: that raises JournalError.
    """

    def __init__(self, files: MemoryFiles, journal: Path, quota: Quota | None = None) -> None:
        self._files = files
        self._quota = quota or Quota()
        self._journal = Journal(journal)
        self._sizes: dict[str, Size] = {}
        if files.index() and not journal.exists():  # in this order: the journal is there first
            raise JournalError(
                f"there are files, but no journal at {journal} that knows them: "
                "start a memory with an empty directory"
            )
        with self._held():
            pass

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

    def perform(self, deed: Deed, edits: Sequence[Edit] = ()) -> Answer:
        """Apply the edits in order, up to the first that is refused, and journal one row.

        Every deed is journaled, also one that only looked and one that did not run. The answer is
        the refusal or the deed's problem, else empty. Raises ValueError for a deed before the
        journal's last position: `rewind` first.
        """
        changes: list[Change] = []
        refused = None
        with self._held():
            last = self._journal.last
            if last and deed.position < last.position:
                raise ValueError(f"a deed at {deed.position} after a row at {last.position}")
            try:
                for edit in edits:
                    changes += self._apply(edit)
            except Refused as error:
                refused = str(error)
            self._journal.append(self._row(deed, changes, refused))
        problem = refused or deed.problem
        return Answer(ok=problem is None, text=problem or "")

    def rewind(self, step: int, turn: int) -> None:
        """Drop all rows at or after a turn and put the files back to what they were before it.

        So a turn that is played again, after a crash or from an older checkpoint, counts once.
        Costs nothing, not even a look at the disk, where the turn is still to come.
        """
        last = self._journal.last
        if last and last.position >= (step, turn):
            with self._held():
                self._rebuild(before=(step, turn))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the directory's lock, knowing the journal's end and the sizes of the files."""
        with self._journal.held():
            try:
                if self._journal.moved:
                    self._catch_up()
                yield
            except BaseException:
                self._journal.forget()
                raise

    def _catch_up(self) -> None:
        self._journal.look()
        texts = {entry.name: self._files.text(entry.name) or "" for entry in self._files.index()}
        self._sizes = {name: measure(text) for name, text in texts.items()}
        if seal(self._sizes) != _seal_after(self._journal.last):
            self._rebuild()

    def _rebuild(self, before: tuple[int, int] | None = None) -> None:
        """End the journal before a position, if one is given, and put the files to its end."""
        files: dict[str, str] = {}
        last, end = None, 0
        for row, row_end in scan(self._journal.path):
            if before is not None and row.position >= before:
                break
            replay(row, files)
            last, end = row, row_end
        sizes = {name: measure(text) for name, text in files.items()}
        if seal(sizes) != _seal_after(last):
            raise JournalError(f"{self._journal.path}: its rows do not add up to what they say")
        self._journal.cut(end, last)
        for entry in self._files.index():
            if entry.name not in files:
                self._files.remove(entry.name)
        for name, text in files.items():
            if self._files.text(name) != text:
                self._files.replace(name, text)
        self._sizes = sizes

    def _row(self, deed: Deed, changes: Sequence[Change], refused: str | None) -> Row:
        last = self._journal.last
        chars, sealed = (last.chars, last.seal) if last else (0, seal({}))
        if changes:
            chars, sealed = sum(size.chars for size in self._sizes.values()), seal(self._sizes)
        return Row(**dict(deed), edits=tuple(changes), refused=refused, chars=chars, seal=sealed)

    def _apply(self, edit: Edit) -> tuple[Change, ...]:
        """Do one edit to the files; what changed, or `Refused`."""
        name, old = edit.file, self._sizes.get(edit.file)
        problem = check_name(name)
        if problem:
            raise Refused(problem)
        try:
            if edit.op == "remove":
                return self._remove(name, old)
            text = normal_form(edit.text)
            new = (old if old and edit.op == "append" else Size()).grown(text)
            check_size(name, new, self._sizes, self._quota)
            change = (self._append if edit.op == "append" else self._replace)(name, text, old)
        except FileExistsError as error:
            raise in_the_way(name) from error
        self._sizes[name] = new
        return change

    def _append(self, name: str, text: str, old: Size | None) -> tuple[Change, ...]:
        if old is not None and not text:
            return ()
        self._files.append(name, text)
        return (Change(file=name, op="append", text=text, created=old is None),)

    def _replace(self, name: str, text: str, old: Size | None) -> tuple[Change, ...]:
        before = self._files.text(name) if old else None
        if before is not None and measure(before) == old:
            at, cut, put = splice(before, text)
        else:  # new, or changed by a hand since: then the journal's text goes as a whole
            at, cut, put = 0, old.chars if old else 0, text
        self._files.replace(name, text)
        return (Change(file=name, op="splice", at=at, cut=cut, text=put, created=old is None),)

    def _remove(self, name: str, old: Size | None) -> tuple[Change, ...]:
        if old is None:
            return ()
        self._files.remove(name)
        del self._sizes[name]
        return (Change(file=name, op="remove"),)


def _seal_after(last: Row | None) -> int:
    return last.seal if last else seal({})
