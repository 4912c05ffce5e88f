"""A folder that one process at a time may write: it is locked while somebody is at work in it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automem_graph.episodes.layout import RunError

WAIT_S = 5.0
"""Seconds to wait: the drivers of a command that was killed outlive it for a moment."""


def hold(folder: Path) -> int:
    """A descriptor that holds the folder until it is closed; RunError where another one does.

    The lock is `flock` on the folder itself, so it ends with its process and needs no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    until = time.monotonic() + WAIT_S
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(held)
                raise RunError(
                    f"{folder} is being played by another process: wait for it, or stop it"
                ) from None
        time.sleep(0.05)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder until the end of the block."""
    lock = hold(folder)
    try:
        yield
    finally:
        os.close(lock)
