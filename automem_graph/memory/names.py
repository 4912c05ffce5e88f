"""File names: plain, relative, and the same file on every system."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_SEGMENTS = 3
MOST_CHARS = 128
_SEGMENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?")


def check_name(name: object) -> str | None:
    """None for an acceptable name, else a sentence that a model can learn from.

    Up to three segments separated by `/`, each of ASCII letters, digits, `_`, `-` and `.`, up to
    64 characters, with no dot at either end. So no name can be absolute, climb with `..`, hide, or
    mean two files on two systems.
    """
    if isinstance(name, str) and len(name) <= MOST_CHARS:
        segments = name.split("/")
        if len(segments) <= MOST_SEGMENTS and all(map(_SEGMENT.fullmatch, segments)):
            return None
    shown = ascii(name if not isinstance(name, str) or len(name) <= 40 else f"{name[:40]}...")
    return (
        f"{shown[:80]} is no file name here. Use letters, digits, _ - and . as in notes.md or "
        f"maps/level_1.md: at most {MOST_SEGMENTS} parts and {MOST_CHARS} characters."
    )


def clash(name: str, others: Iterable[str]) -> str | None:
    """Why `name` cannot be a new file beside `others`, as a sentence; None if it can.

    Names are case-sensitive, but two that differ only by case are one file where the file system
    folds case; and no name can be a file and a folder at once.
    """
    mine = {path.lower(): path for path in _paths(name)}
    for other in others:
        if any(mine.get(path.lower(), path) != path for path in _paths(other)):
            return f"{name} differs only by case from {other}, which is there; use its spelling."
        if other.startswith(f"{name}/"):
            return f"{name} is a folder (it holds {other}); name a file in it, or another name."
        if name.startswith(f"{other}/"):
            return f"{other} is a file, so it cannot hold {name}; use another name."
    return None


def _paths(name: str) -> list[str]:
    """The folders on the way to a file and the file: `a/b/c` gives `a`, `a/b`, `a/b/c`."""
    segments = name.split("/")
    return ["/".join(segments[: end + 1]) for end in range(len(segments))]
