"""Episodes on this machine: driver processes, each of which plays several at once."""

from __future__ import annotations

import os
import select
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from math import inf

from automem_graph.episodes.driver_process import DriverLost, DriverProcess
from automem_graph.models.local.folders import weight_bytes
from automem_graph.models.resolve import LOCAL, OFFLINE
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome

MOST_AT_ONCE = 64
"""Episodes that one driver plays at once at most; more of them get more drivers."""

WAITING = 16
"""Episodes at once whose models are elsewhere: they wait, so more of them than cores are played;
few enough for the rate limits of most providers."""

LIGHT_BYTES = 64 * 2**20
"""Weights in the driver itself that are no heavier are read by a driver for each core, and their
batches may be large."""

_LOOK_S = 1.0


@dataclass
class _Ticket:
    """A job that has no outcome yet."""

    number: int
    job: EpisodeJob
    deaths: int = 0
    """Drivers that died while they played it."""
    since: float = inf
    """When its driver began with it, in seconds of `time.monotonic`; before that, never."""


@dataclass
class _Place:
    """Room for a driver, and what it plays."""

    most: int
    driver: DriverProcess | None = None
    playing: dict[int, _Ticket] = field(default_factory=dict)


class ThisMachine:
    """The default `Executor`: as many drivers as there are cores, each with its share of episodes.

    `parallel` is how many episodes are played at once in all: by default `WAITING`,
    `MOST_AT_ONCE` where all models are light ones in the drivers, and as many as there are cores
    where all are offline and so need these. An episode that takes longer than `time_limit_s` since
    its driver began with it is ended by killing the driver, since nothing less stops a thread; the
    driver's other episodes go on in a new one. Let it be minutes: a world that hangs holds up the
    others of its process until its own limit, a minute, ends it.

    A driver that dies costs each of its episodes one of two tries. Jobs are given out while the
    caller waits for an outcome. The drivers leave when the iterator or this process ends.
    """

    def __init__(self, parallel: int | None = None, time_limit_s: float | None = None) -> None:
        self._parallel = parallel
        self._time_limit_s = time_limit_s

    def run(
        self, jobs: Sequence[EpisodeJob], hear: Callable[[JobNews], None]
    ) -> Generator[JobOutcome, None, None]:
        """See `Executor`."""
        parallel = min(self._parallel or _parallel_for(jobs), len(jobs))
        floor = _Floor(jobs, _places(parallel, jobs), hear, self._time_limit_s)
        try:
            while floor.busy:
                yield from floor.round()
            floor.clear(DriverProcess.hang_up)
        finally:
            floor.clear(DriverProcess.kill)


class _Floor:
    """The places, the jobs that wait for one, and the rounds that a parent makes."""

    def __init__(
        self,
        jobs: Sequence[EpisodeJob],
        places: Sequence[_Place],
        hear: Callable[[JobNews], None],
        time_limit_s: float | None,
    ) -> None:
        self._waiting = deque(_Ticket(number, job) for number, job in enumerate(jobs))
        self._places = places
        self._hear = hear
        self._time_limit_s = time_limit_s

    @property
    def busy(self) -> bool:
        return bool(self._waiting) or any(place.playing for place in self._places)

    def round(self) -> list[JobOutcome]:
        """Start drivers where there is work for them, wait for reports a while, and take them."""
        for place in self._places:
            if place.driver is None and self._waiting:
                place.driver = DriverProcess.start()
                self._give(place, place.driver)
        outcomes: list[JobOutcome] = []
        manned = {place.driver: place for place in self._places if place.driver is not None}
        ready, _, _ = select.select(list(manned), [], [], _LOOK_S)
        for driver in ready:
            outcomes += self._take(manned[driver], driver)
        for place in self._places:
            outcomes += self._end_late(place)
        return outcomes

    def clear(self, end: Callable[[DriverProcess], None]) -> None:
        """Be rid of all drivers; does nothing the second time."""
        drivers = [place.driver for place in self._places if place.driver is not None]
        for driver in drivers:
            end(driver)
        for driver in drivers:
            driver.end()
        for place in self._places:
            place.driver = None

    def _give(self, place: _Place, driver: DriverProcess) -> None:
        """The driver's turn to report comes with what it is given, which may be nothing."""
        given: dict[int, EpisodeJob] = {}
        while self._waiting and len(place.playing) < place.most:
            ticket = self._waiting.popleft()
            ticket.since = inf
            place.playing[ticket.number] = ticket
            given[ticket.number] = ticket.job
        driver.order(given)

    def _take(self, place: _Place, driver: DriverProcess) -> Sequence[JobOutcome]:
        try:
            news, outcomes = driver.report()
        except DriverLost as loss:
            place.driver = None
            return self._give_up_or_retry(place, str(loss))
        for one in news:
            if one.kind == "started":
                place.playing[one.job].since = time.monotonic()
        for outcome in outcomes:
            del place.playing[outcome.job]
        self._give(place, driver)
        for one in news:
            self._hear(one)
        return outcomes

    def _give_up_or_retry(self, place: _Place, loss: str) -> list[JobOutcome]:
        """The dead driver's episodes: again for those that have not been here before."""
        outcomes = []
        for ticket in place.playing.values():
            ticket.deaths += 1
            if ticket.deaths > 1:
                outcomes.append(JobOutcome(job=ticket.number, lost=f"{loss}, for the second time"))
            else:
                self._put_back(ticket, loss)
        place.playing.clear()
        return outcomes

    def _end_late(self, place: _Place) -> list[JobOutcome]:
        """Kill the driver of an episode that is over its time; the others go on elsewhere."""
        limit = self._time_limit_s
        if limit is None or place.driver is None:
            return []
        until = time.monotonic() - limit
        late = [ticket for ticket in place.playing.values() if ticket.since < until]
        if not late:
            return []
        place.driver.kill()
        place.driver.end()
        place.driver = None
        for ticket in late:
            del place.playing[ticket.number]
        for ticket in place.playing.values():
            self._put_back(ticket, "another episode of its driver process took too long")
        place.playing.clear()
        over = f"it took longer than the time limit of {limit:g} s and was stopped"
        return [JobOutcome(job=ticket.number, lost=over) for ticket in late]

    def _put_back(self, ticket: _Ticket, why: str) -> None:
        """Next in line: its trace holds its place."""
        self._waiting.appendleft(ticket)
        self._hear(JobNews(kind="retried", job=ticket.number, note=why))


def _places(parallel: int, jobs: Sequence[EpisodeJob]) -> list[_Place]:
    """As many as there are cores, more where drivers would get too full, each with its share.

    One where a model that is not light is in the driver itself: so all share its weights, and its
    batches.
    """
    most = 1 if _heavy(jobs) else max(_cores(), -(-parallel // MOST_AT_ONCE))
    drivers = min(parallel, most)
    share, rest = divmod(parallel, drivers)
    return [_Place(share + (number < rest)) for number in range(drivers)]


def _parallel_for(jobs: Sequence[EpisodeJob]) -> int:
    played = [name for name in _models(jobs) if name and not name.startswith(OFFLINE)]
    if not played:
        return _cores()
    local = all(name.startswith(LOCAL) for name in played)
    return MOST_AT_ONCE if local and not _heavy(jobs) else WAITING


def _heavy(jobs: Sequence[EpisodeJob]) -> bool:
    """Whether a model in the driver itself is too heavy for each driver to read it."""
    local = (name.removeprefix(LOCAL) for name in _models(jobs) if name.startswith(LOCAL))
    return any(weight_bytes(name) > LIGHT_BYTES for name in local)


def _models(jobs: Sequence[EpisodeJob]) -> set[str]:
    return {str(job.context[role]) for job in jobs for role in ("gameplay", "specialist")}


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
