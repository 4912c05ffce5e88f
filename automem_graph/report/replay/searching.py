"""Search through an episode: what was seen, said, done and written, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from automem_graph.memory.rows import Row
from automem_graph.memory.text import Splice, spliced
from automem_graph.report.replay.rows import Told
from automem_graph.report.replay.shapes import Hit, Where
from automem_graph.report.replay.telling import said
from automem_graph.structure.desk.plain import visible

MOST_HITS = 100
"""Hits of one answer, and those of the same step that come with the last of them."""
MOST_ROWS = 4000
"""Steps that one answer goes through."""

MOST_ASKED = 200
"""Characters of what may be searched for."""

_AROUND = 60
_PLAIN = re.compile("[a-z0-9]+")


class Wanted:
    """What is searched for, as it stands, in any case; blanks match any blanks."""

    def __init__(self, text: str) -> None:
        words = visible(text)[:MOST_ASKED].split()
        self.pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
        plain = [] if "\\" in text else _PLAIN.findall(" ".join(words).lower())
        self._word = max(plain, key=len, default="").encode()

    def __bool__(self) -> bool:
        return bool(self.pattern.pattern)

    def may_be_in(self, line: bytes) -> bool:
        """Whether a line of JSON may have it: no, where it lacks the longest of its plain words."""
        return self._word in line.lower()


def hits_in(wanted: Wanted, row: Told, written: str) -> Iterator[Hit]:
    """Where a step has it. Its answer is what the next step observes."""
    log, plan = (
        "\n".join(
            filter(None, (part for call in row.calls if call.routine == routine
                          for part in (call.thoughts, said(call))))
        )
        for routine in ("log", "plan")
    )  # fmt: skip
    places: Iterable[tuple[int, Where, str]] = (
        (row.step, "log", log),
        (row.step, "file", written),
        (row.step, "plan", plan),
        (row.step, "action", row.action),
        (row.step + 1, "observation", row.answer.text),
    )
    for step, where, text in places:
        if found := hit(wanted, step, where, text):
            yield found


def hit(wanted: Wanted, step: int, where: Where, text: str) -> Hit | None:
    """The first place in a text, with what stands around it on one line."""
    found = wanted.pattern.search(text := visible(text))
    if found is None:
        return None
    start = max(0, found.start() - _AROUND)
    excerpt = text[start : found.end() + _AROUND]
    return Hit(
        step=step,
        where=where,
        excerpt=re.sub(r"[\n\t]", " ", excerpt),
        start=units(excerpt[: found.start() - start]),
        end=units(excerpt[: found.end() - start]),
    )


def written_by(row: Row, files: dict[str, str]) -> str:
    """The lines that a row of the journal touches, as it leaves them; `files` are those before."""
    lines = []
    files = dict(files)
    for change in row.edits:
        old = files.get(change.file, "")
        if change.op == "remove":
            files.pop(change.file, None)
            continue
        at = len(old) if change.op == "append" else change.at
        files[change.file] = new = spliced(old, Splice(at, change.cut, change.text))
        start = new.rfind("\n", 0, at) + 1
        end = new.find("\n", at + len(change.text.rstrip("\n")))
        lines.append(new[start : end if end >= 0 else len(new)])
    return "\n".join(lines)


def units(text: str) -> int:
    """The length of a text as a page counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
