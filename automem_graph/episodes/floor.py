"""The drivers of one run of an executor: who plays what, and what becomes of one that dies."""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from automem_graph.episodes.driver_process import DriverLost, DriverProcess
from automem_graph.episodes.idle import AnyDriver, Idle
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome

DROP_S = 1.0
"""Seconds that drivers have to end episodes that nobody wants any more, at the next step of each;
who is waiting for a model then is ended for good."""

_LOOK_S = 1.0


@dataclass
class Ticket:
    """A job that has no outcome yet."""

    number: int
    job: EpisodeJob
    deaths: int = 0
    """Drivers that died while they played it."""
    until: float = inf
    """When its time is over, in seconds of `time.monotonic`; before its driver begins, never."""

    def begin(self) -> None:
        limit = self.job.time_limit_s
        self.until = inf if limit is None else time.monotonic() + limit


@dataclass
class Place:
    """Room for a driver, and what it plays."""

    most: int
    driver: AnyDriver | None = None
    playing: dict[int, Ticket] = field(default_factory=dict)


class Floor:
    """The places, the jobs that wait for one, and the rounds that a parent makes."""

    def __init__(
        self,
        jobs: Sequence[EpisodeJob],
        places: Sequence[Place],
        hear: Callable[[JobNews], None],
        idle: Idle,
    ) -> None:
        self._waiting = deque(Ticket(number, job) for number, job in enumerate(jobs))
        self._places = list(places)
        self._hear = hear
        self._idle = idle

    def run(self) -> Generator[JobOutcome, None, None]:
        """All outcomes, as they come; closing it ends what is played."""
        try:
            while self.busy:
                yield from self.round()
            self.leave()
        except GeneratorExit:
            if self._idle.is_open:
                self.drop()
                self.leave()
            raise
        finally:
            self.clear()

    def start(self) -> AnyDriver:
        """A new driver."""
        return DriverProcess.start()

    def reports(self, drivers: Sequence[AnyDriver], wait_s: float) -> Sequence[AnyDriver]:
        """Those that have something to report, or are gone, as soon as there are any."""
        watched: list[Any] = list(drivers)
        return select.select(watched, [], [], wait_s)[0]

    @property
    def busy(self) -> bool:
        return bool(self._waiting) or any(place.playing for place in self._places)

    def round(self) -> list[JobOutcome]:
        """Start drivers where there is work for them, wait for reports a while, and take them.

        What they are given next waits for the round after their outcomes: whoever has heard these
        may want no more.
        """
        for place in self._places:
            if self._waiting and place.driver is None:
                place.driver = self._idle.take() or self.start()
            busy = self._waiting or place.playing
            if busy and place.driver is not None and not place.driver.due:
                self._give(place, place.driver)
        outcomes: list[JobOutcome] = []
        for place, driver in self._ready(_LOOK_S):
            outcomes += self._take(place, driver)
        for place in self._places:
            outcomes += self._end_late(place)
        return outcomes

    def drop(self) -> None:
        """Have the drivers end what they play, as far as that can be done in time."""
        until = time.monotonic() + DROP_S
        for place in self._places:
            if place.playing and place.driver is not None and not place.driver.due:
                place.driver.order({}, drop=True)
        while any(place.playing for place in self._places) and until > time.monotonic():
            for place, driver in self._ready(max(until - time.monotonic(), 0.0)):
                try:
                    _, outcomes = driver.report()
                except DriverLost:
                    place.driver = None
                    place.playing.clear()
                    continue
                for outcome in outcomes:
                    del place.playing[outcome.job]
                if place.playing:
                    driver.order({}, drop=True)

    def leave(self) -> None:
        """Part with the drivers that play nothing: those that can be kept wait for other jobs."""
        free = [place for place in self._places if not place.playing]
        drivers = [place.driver for place in free if place.driver is not None]
        for place in free:
            place.driver = None
        self._idle.put(drivers)

    def clear(self) -> None:
        """End all drivers that are left, whatever they play."""
        drivers = [place.driver for place in self._places if place.driver is not None]
        for place in self._places:
            place.driver = None
        for driver in drivers:
            driver.kill()
        for driver in drivers:
            driver.end()

    def _ready(self, wait_s: float) -> list[tuple[Place, AnyDriver]]:
        """The drivers that have something to report, or are gone, and their places."""
        manned = {place.driver: place for place in self._places if place.driver is not None}
        return [(manned[driver], driver) for driver in self.reports(list(manned), wait_s)]

    def _give(self, place: Place, driver: AnyDriver) -> None:
        """The driver's turn to report comes with what it is given, which may be nothing new."""
        given: dict[int, EpisodeJob] = {}
        while self._waiting and len(place.playing) < place.most:
            ticket = self._waiting.popleft()
            ticket.until = inf
            place.playing[ticket.number] = ticket
            given[ticket.number] = ticket.job
        driver.order(given)

    def _take(self, place: Place, driver: AnyDriver) -> Sequence[JobOutcome]:
        try:
            news, outcomes = driver.report()
        except DriverLost as loss:
            place.driver = None
            return self.lost(place, loss)
        for one in news:
            if one.kind == "started":
                place.playing[one.job].begin()
        for outcome in outcomes:
            del place.playing[outcome.job]
        for one in news:
            self._hear(one)
        return outcomes

    def lost(self, place: Place, loss: DriverLost) -> list[JobOutcome]:
        """The dead driver's episodes: again for those that have not been here before."""
        outcomes = []
        for ticket in place.playing.values():
            ticket.deaths += 1
            if ticket.deaths > 1:
                outcomes.append(JobOutcome(job=ticket.number, lost=f"{loss}, for the second time"))
            else:
                self._put_back(ticket, str(loss))
        place.playing.clear()
        return outcomes

    def _end_late(self, place: Place) -> list[JobOutcome]:
        """Kill the driver of an episode that is over its time; the others go on elsewhere."""
        now = time.monotonic()
        late = [ticket for ticket in place.playing.values() if ticket.until < now]
        if not late or place.driver is None:
            return []
        place.driver.kill()
        place.driver.end()
        place.driver = None
        for ticket in late:
            del place.playing[ticket.number]
        for ticket in place.playing.values():
            self._put_back(ticket, "another episode of its driver process took too long")
        place.playing.clear()
        over = "it took longer than the time limit of {:g} s and was stopped"
        return [
            JobOutcome(job=ticket.number, lost=over.format(ticket.job.time_limit_s))
            for ticket in late
        ]

    def _put_back(self, ticket: Ticket, why: str) -> None:
        """Next in line: its trace holds its place."""
        self._waiting.appendleft(ticket)
        self._hear(JobNews(kind="retried", job=ticket.number, note=why))
