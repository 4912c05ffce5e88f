"""A unified diff, line by line: what each line is.

A line that was added may read `+++ b/other.py`: what a line is follows from where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import DiffStat

Kind = Literal["file", "place", "add", "cut", "same"]

_KINDS: dict[str, Kind] = {"+": "add", "-": "cut", "@": "place"}


class Line(Frozen):
    """A line without its end."""

    kind: Kind
    """`file`: of the lines that name one; `place`: the beginning of a hunk."""
    text: str


def lines_of(diff: str) -> Iterator[Line]:
    """The lines of a diff as `structure.diff` makes it."""
    in_hunk = False
    for text in diff.removesuffix("\n").split("\n") if diff else ():
        if text.startswith("diff --git "):
            in_hunk = False
        elif text.startswith("@@ "):
            in_hunk = True
        yield Line(kind=_KINDS.get(text[:1], "same") if in_hunk else "file", text=text)


def stats_of(diff: str) -> dict[str, DiffStat]:
    """How many lines of each file a diff changes, by the files' names."""
    stats: dict[str, DiffStat] = {}
    name = ""
    for line in lines_of(diff):
        if line.kind == "file" and line.text.startswith("diff --git "):
            both = line.text.removeprefix("diff --git ")  # `a/NAME b/NAME`
            name = both[: len(both) // 2].replace("a/", "", 1)
            stats[name] = DiffStat(files=1)
        elif line.kind in ("add", "cut"):
            field = "added" if line.kind == "add" else "removed"
            stats[name] = stats[name].model_copy(update={field: getattr(stats[name], field) + 1})
    return stats
