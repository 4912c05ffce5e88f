"""Frames that were drawn, in a temporary file: stepping back takes no replay, and little memory."""

from __future__ import annotations

import os
import tempfile
import zlib
from array import array
from collections.abc import Iterable
from threading import Lock

MOST_BYTES = 256 << 20
"""Bytes on disk of the frames of one episode: those of more than half a million steps."""


class Kept:
    """The frames 0, 1, ... of an episode, in this order; any thread may use them."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._lock = Lock()
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - until `close`
        self._starts = array("Q", [0])
        self._latest: tuple[int, list[str]] = (0, [])

    def add(self, first: int, frames: Iterable[str]) -> None:
        """Keep the frames of the steps from `first` on; those that are kept stay as they are.

        Once the file is full, only the frames of the latest call are.
        """
        with self._lock:
            self._latest = first, list(frames)
            for place, frame in enumerate(self._latest[1], start=first):
                if place == len(self._starts) - 1 and self._starts[-1] < self._most:
                    packed = zlib.compress(frame.encode(), 1)
                    os.pwrite(self._file.fileno(), packed, self._starts[-1])
                    self._starts.append(self._starts[-1] + len(packed))

    def get(self, step: int) -> str | None:
        """The frame of a step; None where it is not kept."""
        with self._lock:
            first, latest = self._latest
            if first <= step < first + len(latest):
                return latest[step - first]
            if step + 1 >= len(self._starts):
                return None
            begun, ended = self._starts[step : step + 2]
            packed = os.pread(self._file.fileno(), ended - begun, begun)
        return zlib.decompress(packed).decode()

    def close(self) -> None:
        """Give the file up, and forget the frames."""
        with self._lock:
            self._file.close()
            self._starts, self._latest = array("Q", [0]), (0, [])
