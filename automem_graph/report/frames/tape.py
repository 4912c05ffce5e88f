"""A trace by its steps: what the world was told and answered, read where it is asked for.

Rows are parsed one by one and none is kept: 8 bytes a step say where each one begins. A trace that
is still being written grows here as well.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from threading import Lock
from typing import Any, NamedTuple

from automem_graph.episodes.layout import FORMAT, EpisodeFolder


class Unreadable(Exception):
    """A trace, or a line of it, that cannot be read; says which one and why."""


class Told(NamedTuple):
    """A moment as the trace tells it: an action (none at first) and what the world answered."""

    action: str
    text: str
    facts: Mapping[str, Any]


class Tape:
    """The moments of a trace: 0 is its header, 1 what follows the first action."""

    def __init__(self, folder: EpisodeFolder) -> None:
        self._path = folder.trace
        self._name = f"{folder.id}/{folder.trace.name}"
        self._lock = Lock()
        self._starts = array("Q", [0])

    def header(self) -> Mapping[str, Any]:
        """The first line; Unreadable where there is none that this version reads."""
        if not self.has(0):
            raise Unreadable(f"{self._name} has no steps")
        header = self._parsed(0, self._lines(0, 1)[0])
        if header.get("format") != FORMAT:
            said = header.get("format")
            raise Unreadable(f"{self._name} is of format {said!r:.20}, this version reads {FORMAT}")
        return header

    def has(self, step: int) -> bool:
        """Whether there is a frame of this step: whether the trace has what the world shows then.

        A last line that was torn, or is being written, does not count.
        """
        return self.known(step + 1) > step >= 0

    def known(self, most: int) -> int:
        """How many moments there are, counted up to `most` at least."""
        with self._lock:
            if len(self._starts) <= most:
                self._look_on(most)
            return len(self._starts) - 1

    def told(self, start: int, stop: int) -> list[Told]:
        """The moments from `start` on, before `stop`; fewer where the trace ends or is damaged.

        Unreadable where the first of them cannot be read.
        """
        stop = min(stop, self.known(stop))
        moments: list[Told] = []
        for place, line in enumerate(self._lines(start, stop), start=start):
            try:
                moments.append(self._told(place, self._parsed(place, line)))
            except Unreadable:
                if not moments:
                    raise
                break
        return moments

    def _look_on(self, most: int) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._starts[-1])
                for line in file:
                    if not line.endswith(b"\n") or len(self._starts) > most:
                        break
                    self._starts.append(self._starts[-1] + len(line))
        except OSError as error:
            raise Unreadable(f"{self._name} cannot be read: {error.strerror}") from error

    def _lines(self, start: int, stop: int) -> list[bytes]:
        try:
            with self._path.open("rb") as file:
                file.seek(self._starts[start])
                return [file.readline() for _ in range(start, stop)]
        except OSError as error:
            raise Unreadable(f"{self._name} cannot be read: {error.strerror}") from error

    def _parsed(self, place: int, line: bytes) -> dict[str, Any]:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise self._damage(place)
        return data

    def _told(self, place: int, row: Mapping[str, Any]) -> Told:
        match row:
            case {"answer": {"text": str(text), **answer}}:
                facts = answer.get("facts")
                action = row.get("action", "") if place else ""
                if isinstance(action, str):
                    return Told(action, text, facts if isinstance(facts, dict) else {})
        raise self._damage(place)

    def _damage(self, place: int) -> Unreadable:
        return Unreadable(f"{self._name}:{place + 1} is damaged")
