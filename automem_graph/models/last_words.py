"""Why a program has ended, as far as what it wrote last tells."""

from __future__ import annotations

import re
from collections import deque

LINES = 200
"""Lines that are kept. An error that was written before them ended nothing."""

_FAILURE = re.compile(r"(?:^|[\])] )((?:\w+\.)*\w*(?:Error|Exception): .+)")
"""A traceback's last line, also behind what a log writes before it."""

_ELSEWHERE = re.compile(r"root cause|trace above", re.IGNORECASE)
"""What an error says that comes of another one, further up."""


class LastWords:
    """The end of a program's output.

    The last line of all is seldom the reason: servers of several processes go on after the error
    that ends them, with errors that follow from it, what they give back, and warnings.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=LINES)

    def hear(self, line: str) -> None:
        """Take one more line of the output."""
        if line.strip():
            self._lines.append(line.rstrip())

    def __str__(self) -> str:
        """The last error with the lines that belong to it, else the last line; it may be empty."""
        lines = list(self._lines)
        for number in reversed(range(len(lines))):
            found = _FAILURE.search(lines[number])
            if found and not _ELSEWHERE.search(found[1]):
                return " ".join([found[1], *_continued(lines[number + 1 :])])
        return lines[-1].strip() if lines else ""


def _continued(lines: list[str]) -> list[str]:
    """The first of these lines as far as they are indented."""
    last = next((at for at, line in enumerate(lines) if not line[0].isspace()), len(lines))
    return [line.strip() for line in lines[:last]]
