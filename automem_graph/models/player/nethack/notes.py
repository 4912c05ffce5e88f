"""What is remembered of one level: where the player has walked, and what it did in vain where.

The screen keeps what was seen, but blank rock that was looked at and blank dark that nobody has
been near look the same: only where one has walked tells them apart. Nor does it show how long a
wall was searched, or that a boulder did not move.

A level has a file of its own, which every LOG overwrites:

    Stairs down at 14,40
    Walked in row 12: 33-41, 45
    In vain, east: 12,33
    In vain, search: 12,33 x5; 14,40 x7
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from automem_graph.models.player.nethack.grid import WIDE, index, place

_WALKED = re.compile(r"^Walked in row (\d{1,2}): ([\d, -]{1,400})$", re.MULTILINE)
_VAIN = re.compile(r"^In vain, ([a-z ]{1,30}): ([\dx,; ]{1,4000})$", re.MULTILINE)
_STAIRS = re.compile(r"^Stairs down at (\d{1,2}),(\d{1,2})$", re.MULTILINE)
_RUN = re.compile(r"\b(\d{1,2})(?:-(\d{1,2}))?\b")
_PLACE = re.compile(r"\b(\d{1,2}),(\d{1,2})(?: x(\d{1,3}))?")
_MOST = 150
"""Places that a file keeps for one action: those where it was tried most."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Cells that were walked on, how often an action at a cell led to nothing, and the stairs."""

    walked: frozenset[int] = frozenset()
    vain: Mapping[tuple[int, str], int] = field(default_factory=dict)
    stairs: int | None = None

    def tries(self, cell: int, action: str) -> int:
        """How often the action was in vain at the cell."""
        return self.vain.get((cell, action), 0)

    def walk(self, cells: Iterable[int]) -> Notes:
        """These notes, and cells that were walked on since."""
        return replace(self, walked=self.walked.union(cells))

    def fail(self, cell: int, action: str, times: int = 1) -> Notes:
        """These notes, and more tries that led to nothing."""
        return replace(self, vain={**self.vain, (cell, action): self.tries(cell, action) + times})

    def forget(self, cell: int, action: str) -> Notes:
        """These notes without the tries of an action at a cell: what was in the way is gone."""
        kept = {tried: count for tried, count in self.vain.items() if tried != (cell, action)}
        return replace(self, vain=kept)


def file_of(level: int) -> str:
    """The file of a level."""
    return f"level-{level}.md"


def read_notes(text: str) -> Notes:
    """The notes that lines in a text give; all other lines are passed over."""
    walked: set[int] = set()
    for row, runs in _WALKED.findall(text):
        for first, last in _RUN.findall(runs):
            ends = index(int(row), int(first)), index(int(row), int(last or first))
            if ends[0] is not None and ends[1] is not None:
                walked.update(range(ends[0], ends[1] + 1))
    vain: dict[tuple[int, str], int] = {}
    for action, places in _VAIN.findall(text):
        for row, column, count in _PLACE.findall(places):
            if (cell := index(int(row), int(column))) is not None:
                vain[cell, action] = int(count or 1)
    stairs = [index(int(row), int(column)) for row, column in _STAIRS.findall(text)]
    return Notes(frozenset(walked), vain, stairs[-1] if stairs else None)


def write_notes(notes: Notes) -> str:
    """The notes as the lines of a file."""
    stairs = [] if notes.stairs is None else [f"Stairs down at {place(notes.stairs)}"]
    return "\n".join([*stairs, *_walked(notes), *_vain(notes)])


def _walked(notes: Notes) -> Iterator[str]:
    rows: dict[int, list[int]] = {}
    for cell in sorted(notes.walked):
        rows.setdefault(cell // WIDE, []).append(cell % WIDE)
    for row, columns in rows.items():
        runs: list[list[int]] = []
        for column in columns:
            if runs and column == runs[-1][-1] + 1:
                runs[-1][1:] = [column]
            else:
                runs.append([column])
        told = ", ".join("-".join(map(str, run)) for run in runs)
        yield f"Walked in row {row}: {told}"


def _vain(notes: Notes) -> Iterator[str]:
    actions: dict[str, list[tuple[int, int]]] = {}
    for (cell, action), count in sorted(notes.vain.items()):
        actions.setdefault(action, []).append((cell, count))
    for action, places in sorted(actions.items()):
        most = sorted(places, key=lambda tried: -tried[1])[:_MOST]
        told = (place(at) + (f" x{count}" if count > 1 else "") for at, count in sorted(most))
        yield f"In vain, {action}: {'; '.join(told)}"
