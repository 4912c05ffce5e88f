"""Drivers that wait for the next jobs: a new one costs seconds of imports and its worlds' start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Protocol

from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome


class AnyDriver(Protocol):
    """A driver as its parent sees it, wherever it is; `driver_process` has the contracts."""

    due: bool
    """Whether it is its turn."""

    @property
    def alive(self) -> bool: ...

    def order(self, jobs: Mapping[int, EpisodeJob], *, drop: bool = False) -> None: ...

    def report(self) -> tuple[Sequence[JobNews], Sequence[JobOutcome]]: ...

    def hang_up(self) -> None: ...

    def kill(self) -> None: ...

    def end(self) -> None: ...


class Idle:
    """Drivers without jobs, between `open` and `close`; any thread may put them here.

    They have let go of what they played, and their report of that is due: whoever takes one reads
    it first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._open = False
        self._drivers: list[AnyDriver] = []

    def open(self) -> None:
        """From now on drivers are kept."""
        self._open = True

    @property
    def is_open(self) -> bool:
        return self._open

    def take(self) -> AnyDriver | None:
        """One that was kept and is alive, if there is any."""
        while True:
            with self._lock:
                if not self._drivers:
                    return None
                driver = self._drivers.pop()
            if driver.alive:
                return driver
            dismiss([driver])

    def put(self, drivers: Sequence[AnyDriver]) -> None:
        """Keep as many as there is room for; the others leave."""
        with self._lock:
            room = max(self._most - len(self._drivers), 0) if self._open else 0
            self._drivers += drivers[:room]
            for driver in drivers[:room]:
                if not driver.due:
                    driver.order({})
        dismiss(drivers[room:])

    def close(self) -> None:
        """Have all of them leave, and keep no more; returns when they are gone."""
        with self._lock:
            self._open = False
            drivers, self._drivers = self._drivers, []
        dismiss(drivers)


def dismiss(drivers: Sequence[AnyDriver]) -> None:
    """Have drivers without jobs leave, all at once, and wait until they are gone."""
    for driver in drivers:
        driver.hang_up()
    for driver in drivers:
        driver.end()
