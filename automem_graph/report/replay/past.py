"""The memory files of an episode at any step, out of their journal.

The files are kept as they were every so many steps; from there the journal is replayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from automem_graph.memory.rows import JournalError, Row, replay
from automem_graph.report.replay.shapes import Event
from automem_graph.structure.desk.plain import one_line

EVERY = 500
"""Steps between the states that are kept: of one megabyte at most each, mostly shared."""


WIPE = "wipe"
"""The action of the control that forgets all after every step, which is no event."""


class _State(NamedTuple):
    """The files when a step began, and where in the journal its rows begin."""

    step: int
    offset: int
    files: dict[str, str]


class Past:
    """A journal that may still grow, read as far as the steps that are complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()

    def _begin(self) -> None:
        self._states = [_State(-1, 0, {})]
        self._end = 0
        self._files: dict[str, str] = {}
        self._step = -1
        self.names: dict[str, None] = {}
        self.writes: list[int] = []
        self.prunes: list[Event] = []
        self.problem = ""
        """Why the files are not known any further."""

    def grow(self, steps: int) -> None:
        """Take in what has been done to files in the first `steps` steps."""
        if self._path.exists() and self._path.stat().st_size < self._end:
            self._begin()
        if self.problem:
            return
        try:
            start = self._end
            for row, end in _edits(self._path, start):
                if row.step >= steps:
                    break
                self._take(row, start, end)
                start = end
        except JournalError as error:
            self.problem = str(error)

    def at(self, step: int) -> dict[str, str]:
        """The files when that step began; of step 0 they are what the scaffold brought along."""
        return self.since(step)[0]

    def since(self, step: int) -> tuple[dict[str, str], Iterator[Row]]:
        """The files when that step began, and the rows that change them from there on."""
        state = next(state for state in reversed(self._states) if state.step <= max(step, -1))
        files = dict(state.files)
        rows = (row for row, _ in _edits(self._path, state.offset, self._end))
        for row in rows:
            if row.step >= step:
                return files, chain([row], rows)
            replay(row, files)
        return files, rows

    def changes(self, start: int, stop: int) -> Iterator[tuple[int, dict[str, str | None]]]:
        """For each step that changed files: texts by name, None for a file that it removed."""
        files, rows = self.since(start)
        for step, of_step in groupby(rows, lambda row: row.step):
            if step >= stop:
                return
            before = dict(files)
            for row in of_step:
                replay(row, files)
            changed: dict[str, str | None] = dict.fromkeys(before.keys() - files.keys())
            yield step, changed | {n: text for n, text in files.items() if before.get(n) != text}

    def _take(self, row: Row, start: int, end: int) -> None:
        if row.step > self._step and row.step >= self._states[-1].step + EVERY:
            self._states.append(_State(row.step, start, dict(self._files)))
        names = list(dict.fromkeys(change.file for change in row.edits))
        before = {name: self._files.get(name, "") for name in names}
        replay(row, self._files)
        self._step, self._end = row.step, end
        self.names.update(dict.fromkeys(names))
        if row.step < 0 or row.action == WIPE:
            return
        if row.role != "scaffold":
            if row.step not in self.writes[-1:]:
                self.writes.append(row.step)
            return
        shorter = [name for name in names if _lines(before[name]) > _lines(self._files.get(name))]
        if shorter:
            text = one_line(f"{row.action} shortened {', '.join(shorter)}", 160)
            self.prunes.append(Event(step=row.step, kind="prune", text=text))


def _edits(path: Path, start: int, stop: int | None = None) -> Iterator[tuple[Row, int]]:
    """The rows from a byte on that changed something, each with the byte at which it ends.

    Most rows only looked, and are passed over unread. JournalError for a line that is no row.
    """
    if start == stop or not path.exists():
        return
    end = start
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            end += len(line)
            if not line.endswith(b"\n") or (stop is not None and end > stop):
                return
            if b'"edits"' not in line:
                continue
            try:
                row = Row.model_validate_json(line)
            except ValidationError as error:
                what = error.errors()[0]["msg"]
                raise JournalError(
                    f"{path} is damaged before byte {end:,}: not a row of a journal: {what}"
                ) from error
            yield row, end


def _lines(text: str | None) -> int:
    return text.count("\n") if text else 0
