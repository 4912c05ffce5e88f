"""The moment at which a game began, which is nobody's business but names its shopkeepers.

NetHack draws their names by the clock, one for every 257 seconds, and NLE's `fix_moon_phase` leaves
that alone: the same seed had other shops a few minutes later.
"""

from __future__ import annotations

import ctypes
import os
from _ctypes import dlclose
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

BIRTHDAY = 1_000_000_000
"""Seconds since 1970, in every game."""


def fix_birthday(game: Any) -> None:
    """Let a game of NLE that has just begun have begun at `BIRTHDAY`.

    No level with a shop is made before that. `game` has a copy of NetHack's library of its own, in
    which NetHack's own variable is set; where a build has none, names go by the clock as before.
    """
    with suppress(OSError, ValueError), library(game) as own:
        ctypes.c_long.in_dll(own, "ubirthday").value = BIRTHDAY


@contextmanager
def library(game: Any) -> Iterator[ctypes.CDLL]:
    """The game's own copy, let go of at the end: NLE loads it anew under the same name."""
    own = ctypes.CDLL(game.dlpath, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
    try:
        yield own
    finally:
        dlclose(own._handle)
