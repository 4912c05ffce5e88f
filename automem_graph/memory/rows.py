"""The rows of a memory's journal, and how they rebuild the files at any position.

A row holds what changed, never what did not, so its size does not grow with the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from automem_graph.memory.text import Splice, spliced
from automem_graph.protocols import Frozen, Routine


class JournalError(ValueError):
    """A journal that cannot be trusted; the message names the file and the line."""


class Deed(Frozen):
    """Who did what, and when: everything about a row but its effect.

    `step` is -1 for what is done before the first one (a scaffold's initial files). `turn` is the
    index of the model call in the step. `role` is who spoke ("specialist",
    "gameplay"), or "scaffold" for what its hooks did. `found` is the number of lines that a search
    found; `problem` says why a malformed call did not run.
    """

    step: int = Field(ge=-1)
    turn: int = Field(ge=0)
    routine: Routine | None = None
    role: str
    action: str
    args: Mapping[str, str] = Field(default_factory=dict)
    found: int | None = None
    problem: str | None = None

    @property
    def position(self) -> tuple[int, int]:
        """Step and turn: rows are in this order."""
        return self.step, self.turn


class Change(Frozen):
    """What happened to one file.

    `append` adds `text` at the end, `splice` puts `text` in the place of `cut` characters at
    character `at`, `remove` deletes the file. `created` says that the file was not there before.
    """

    file: str
    op: Literal["append", "splice", "remove"]
    text: str = ""
    at: int = 0
    cut: int = 0
    created: bool = False


class Row(Deed):
    """A deed and its effect.

    `refused` is the sentence that the memory answered instead of the (next) edit. `chars` counts
    the characters of all files after the row, and `seal` is `sizes.seal` of them.
    """

    edits: tuple[Change, ...] = ()
    refused: str | None = None
    chars: int
    seal: int


def files_at(
    rows: Iterable[Row], step: int | None = None, turn: int | None = None
) -> dict[str, str]:
    """The files as they were when turn `turn` of step `step` began; at the end without a step.

    Without a turn it is the beginning of the step, so `files_at(rows, step + 1)` is its end.
    """
    files: dict[str, str] = {}
    for row in rows:
        if step is not None and row.position >= (step, turn or 0):
            break
        replay(row, files)
    return files


def replay(row: Row, files: dict[str, str]) -> None:
    """Do the row's changes to `files`; JournalError where they do not fit."""
    for change in row.edits:
        old = files.get(change.file)
        if (old is None) != change.created:
            there = "missing" if old is None else "there already"
            raise JournalError(f"{_place(row)}: {change.file} is {there}")
        if change.op == "remove":
            del files[change.file]
        elif change.op == "append":
            files[change.file] = (old or "") + change.text
        else:
            try:
                stretch = Splice(change.at, change.cut, change.text)
                files[change.file] = spliced(old or "", stretch)
            except ValueError as error:
                raise JournalError(f"{_place(row)}: {change.file} has {error}") from error


def _place(row: Row) -> str:
    return f"the row of {row.action} at step {row.step}, turn {row.turn} does not fit its journal"
