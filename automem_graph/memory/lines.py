"""Whose line is whose: what an edit added to a file, and where the lines of a file come from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from automem_graph.memory.archive import Written
from automem_graph.memory.source import Source
from automem_graph.protocols import Frozen


class Line(Frozen):
    """A line of a file; `source` is None where nobody is known to have written it: a hand did."""

    text: str
    source: Source | None


def split(text: str | None) -> list[str]:
    """The lines of a text in normal form."""
    return (text or "").split("\n")[:-1]


def added(old: str | None, new: str | None) -> tuple[str, ...]:
    """The lines of `new` that `old` does not have, or not as many times, in their order."""
    left = Counter(split(old))
    fresh = []
    for line in split(new):
        if left[line]:
            left[line] -= 1
        else:
            fresh.append(line)
    return tuple(fresh)


def credited(name: str, text: str | None, rows: Iterable[Written]) -> tuple[Line, ...]:
    """The lines of the file `name`, each with its source.

    A line comes from the latest row that added exactly it. Where it stands several times, each
    time has a source of its own: the last is the latest. What stands more often than it was ever
    added is first of all a hand's.
    """
    writers: defaultdict[str, list[Source]] = defaultdict(list)
    for row in rows:
        if row.file == name:
            for line in row.added:
                writers[line].append(row.source)
    found = []
    for line in reversed(split(text)):
        known = writers.get(line)
        found.append(Line(text=line, source=known.pop() if known else None))
    return tuple(reversed(found))


def without(
    name: str, text: str, rows: Iterable[Written], gone: Callable[[Source], bool]
) -> tuple[str | None, int]:
    """The text without the lines of some sources, None if no line is left; and how many went."""
    lines = credited(name, text, rows)
    kept = [line.text for line in lines if line.source is None or not gone(line.source)]
    left = "".join(f"{line}\n" for line in kept)
    return left if kept or not lines else None, len(lines) - len(kept)
