"""What one read of a memory file shows: whole lines up to a cap, and how to go on."""

from __future__ import annotations

from automem_graph.protocols import Answer


def page(name: str, text: str | None, start: int, most: int) -> Answer:
    """The lines of a file from `start` (counted from 1), at most `most` characters of them.

    Under the cap the answer is the lines alone, without the last newline. Over it, a sentence in
    brackets says which lines are shown and where to go on. A missing file, an empty file and a
    start beyond the end are three different sentences, with `ok=False`.
    """
    lines = (text or "").removesuffix("\n").split("\n")
    problem = _nothing_to_show(name, text, start, len(lines))
    if problem:
        return Answer(ok=False, text=problem)
    end, size = start - 1, 0
    while end < len(lines) and size + len(lines[end]) <= most:
        size += len(lines[end]) + 1
        end += 1
    if end == len(lines):
        return Answer(ok=True, text="\n".join(lines[start - 1 :]))
    if end < start:
        return Answer(ok=True, text=_cut_line(lines, start, most))
    note = f"(lines {start}-{end} of {len(lines)}; go on from line {end + 1})"
    return Answer(ok=True, text="\n".join([*lines[start - 1 : end], note]))


def _nothing_to_show(name: str, text: str | None, start: int, lines: int) -> str | None:
    if text is None:
        return f"There is no file {name}."
    if not text:
        return f"{name} is empty."
    if start < 1:
        return f"There is no line {start}; lines are counted from 1."
    if start > lines:
        return f"{name} has {lines} {'line' if lines == 1 else 'lines'}; there is no line {start}."
    return None


def _cut_line(lines: list[str], number: int, most: int) -> str:
    """The beginning of a line that alone is over the cap."""
    line = lines[number - 1]
    rest = f"; go on from line {number + 1}" if number < len(lines) else ""
    return (
        f"{line[:most]}\n(line {number} of {len(lines)}: "
        f"the first {most:,} of its {len(line):,} characters{rest})"
    )
