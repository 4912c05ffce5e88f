"""How many calls a server takes at once, found out from its refusals.

There is no limit until a server says that it is too much. Then half of what is under way may be,
and one more for each time that as many have gone well: additive increase, multiplicative decrease,
as TCP does it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf


class NoPlace(Exception):
    """There is no place among the calls to a server for as long as the caller would wait."""


class Pace:
    """The calls of this process to one server; any thread may use it.

    Whoever waits to try again keeps its place: so where only one is left, and even that is too
    much, the server gets the pause that it needs.
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._under_way = 0
        self._most = inf
        self._slowed_at = -inf
        self._paused_until = -inf

    @property
    def most(self) -> float:
        """Calls that may be under way at once; a fraction is what the next increase has so far."""
        return self._most

    @contextmanager
    def place(self, patience_s: float = inf) -> Iterator[None]:
        """Wait for a place among the calls under way, and hold it.

        NoPlace where there is none within `patience_s`: at once, where that is known.
        """
        until = time.monotonic() + patience_s
        with self._change:
            while (pause := self._paused_until - (now := time.monotonic())) > 0 or self._is_full():
                if now + max(pause, 0.0) >= until:
                    raise NoPlace
                waits = min(pause if pause > 0 else inf, until - now)
                self._change.wait(waits if waits < inf else None)
            self._under_way += 1
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def slow_down(self, began: float, pause_s: float) -> None:
        """A call that began then, by the monotonic clock, was too much.

        Nobody else begins for `pause_s` seconds. The refusals of one burst count once: a call that
        began before the last slowing says nothing new.
        """
        with self._change:
            now = time.monotonic()
            self._paused_until = max(self._paused_until, now + pause_s)
            if began > self._slowed_at:
                self._slowed_at = now
                self._most = max(1.0, min(self._most, self._under_way) / 2)

    def speed_up(self) -> None:
        """A call went well."""
        with self._change:
            self._most += 1 / self._most
            self._change.notify_all()

    def _is_full(self) -> bool:
        return self._under_way >= int(self._most) if self._most < inf else False
