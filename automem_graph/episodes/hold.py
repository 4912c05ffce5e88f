"""An episode is played by one process at a time: its folder is locked while its desk is open."""

from __future__ import annotations

import fcntl
import os
import time

from automem_graph.episodes.layout import EpisodeFolder, RunError

WAIT_S = 5.0
"""Seconds to wait: the drivers of a command that was killed outlive it for a moment."""


def hold(folder: EpisodeFolder) -> int:
    """A descriptor that holds the episode until it is closed; RunError where another desk does.

    The lock is `flock` on the folder itself, so it ends with its process and needs no file.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    held = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    until = time.monotonic() + WAIT_S
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(held)
                raise RunError(
                    f"{folder.path} is being played by another process: wait for it, or stop it"
                ) from None
        time.sleep(0.05)
