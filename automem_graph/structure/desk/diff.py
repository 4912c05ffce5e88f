"""What changed between two scaffolds, as a unified diff that `patch` and `git apply` take."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from automem_graph.structure.desk.plain import tree_of
from automem_graph.structure.lineage import DiffStat

MOST_LINES = 3000
"""Lines of a file that is compared line by line. In a longer one all lines of the old file are
removed and all of the new one added: hostile lines could take hours to compare."""

_NO_NEWLINE = "\\ No newline at end of file\n"


def diff_of(old: Path, new: Path) -> str:
    """The diff from one scaffold's folder to another's; empty where their files are the same.

    Caches, hidden names and links take no part. A file that is no text is only named.
    """
    before, after = set(tree_of(old).files), set(tree_of(new).files)
    return "".join(
        part
        for name in sorted(before | after)
        for part in _file_diff(
            name.as_posix(),
            (old / name).read_bytes() if name in before else None,
            (new / name).read_bytes() if name in after else None,
        )
    )


def stat_of(diff: str) -> DiffStat:
    """How many files and lines a diff of `diff_of` changes."""
    files = added = removed = 0
    in_hunk = False
    for line in diff.split("\n"):
        if line.startswith("diff --git "):
            files, in_hunk = files + 1, False
        elif line.startswith("@@ "):
            in_hunk = True
        elif in_hunk:
            added += line.startswith("+")
            removed += line.startswith("-")
    return DiffStat(files=files, added=added, removed=removed)


def _file_diff(name: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    if old == new:
        return
    source, target = (_quoted(f"{side}/{name}") for side in "ab")
    yield f"diff --git {source} {target}\n"
    if old is None:
        yield "new file mode 100644\n"
    if new is None:
        yield "deleted file mode 100644\n"
    before, after = _lines(old), _lines(new)
    if before is None or after is None:
        yield f"Binary files {source} and {target} differ\n"
        return
    source = source if old is not None else "/dev/null"
    target = target if new is not None else "/dev/null"
    for line in _unified(before, after, source, target):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _unified(old: list[str], new: list[str], source: str, target: str) -> Iterator[str]:
    if max(len(old), len(new)) <= MOST_LINES:
        yield from difflib.unified_diff(old, new, source, target)
        return
    yield f"--- {source}\n+++ {target}\n"
    yield f"@@ -{min(1, len(old))},{len(old)} +{min(1, len(new))},{len(new)} @@\n"
    yield from (f"-{line}" for line in old)
    yield from (f"+{line}" for line in new)


def _lines(data: bytes | None) -> list[str] | None:
    """The lines with their ends, which are LF and nothing else; None for what is no text."""
    try:
        *lines, last = (data or b"").decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    return [*(f"{line}\n" for line in lines), *filter(None, [last])]


def _quoted(name: str) -> str:
    """A name as one line, whatever is in it."""
    return name if name.isprintable() and '"' not in name else ascii(name)
