"""`OnRay`: the `Executor` whose drivers are actors of a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from automem_graph.episodes.driver_process import DriverLost
from automem_graph.episodes.floor import Floor, Place
from automem_graph.episodes.idle import AnyDriver, Idle
from automem_graph.episodes.machine import (
    MOST_AT_ONCE,
    has_agents,
    is_heavy,
    parallel_for,
    places,
)
from automem_graph.episodes.ray.cluster import Cluster
from automem_graph.episodes.ray.remote import Needs, OtherVersion, RemoteDriver, Unfit
from automem_graph.episodes.ray.worker import pack
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome

STARTS = 2
"""Starts of a worker that may fail before its place is given up."""


class OnRay:
    """An `Executor` on a Ray cluster: `with OnRay(...) as executor`, and as many plays as you like.

    `address` is that of a cluster's head (`host:6379`, or `auto` on a node of it); without one it
    is RAY_ADDRESS, else a Ray of its own on this machine, which listens on 127.0.0.1 alone and ends
    with it. A process that has called `ray.init` uses that. `parallel` is as in `ThisMachine`, with
    the cluster's CPUs in the place of cores; each worker asks for what it `needs`.

    Nodes need no disk in common with this machine: what is played comes home with each report, so
    that the run's folder here is as it would be without Ray. A node that is lost costs what it
    played since its last report, and each of its episodes one of two tries.

    Raises NoCluster where there is none to be had.
    """

    def __init__(
        self, address: str = "", parallel: int | None = None, needs: Needs | None = None
    ) -> None:
        self._parallel = parallel
        self._needs = needs or Needs()
        self._cluster = Cluster.join(address)
        try:
            self._workers = self._cluster.room(self._needs)
        except BaseException:
            self._cluster.leave()
            raise
        self._idle = Idle(self._workers)
        self._idle.open()
        self._lock = Lock()
        self._sent: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, and Ray where it was started for this; may be called again."""
        self._idle.close()
        self._cluster.leave()

    def run(
        self, jobs: Sequence[EpisodeJob], hear: Callable[[JobNews], None]
    ) -> Generator[JobOutcome, None, None]:
        """See `Executor`."""
        parallel = self._parallel or parallel_for(jobs, self._workers)
        parallel = min(parallel, len(jobs), self._workers * MOST_AT_ONCE)
        idle = Idle(0) if is_heavy(jobs) or has_agents(jobs) else self._idle
        room = places(parallel, jobs, self._workers)
        yield from _RayFloor(jobs, room, hear, idle, self._start, self._cluster).run()

    def _start(self) -> RemoteDriver:
        return RemoteDriver(self._needs, self._send)

    def _send(self, scaffold: str, folder: Path) -> Any:
        """A reference to the scaffold's files, which each node fetches once."""
        with self._lock:
            if scaffold not in self._sent:
                self._sent[scaffold] = self._cluster.ray.put(pack(folder))
            return self._sent[scaffold]


class _RayFloor(Floor):
    """A floor whose drivers are workers of a cluster: some may never start."""

    def __init__(
        self,
        jobs: Sequence[EpisodeJob],
        places: Sequence[Place],
        hear: Callable[[JobNews], None],
        idle: Idle,
        start: Callable[[], RemoteDriver],
        cluster: Cluster,
    ) -> None:
        super().__init__(jobs, places, hear, idle)
        self._start = start
        self._cluster = cluster
        self._failed: dict[int, int] = {}

    def start(self) -> AnyDriver:
        return self._start()

    def reports(self, drivers: Sequence[AnyDriver], wait_s: float) -> Sequence[AnyDriver]:
        of = {one.answer: one for one in drivers if isinstance(one, RemoteDriver) and one.due}
        if not of:
            return []
        ready, _ = self._cluster.ray.wait(list(of), num_returns=1, timeout=wait_s)
        also, _ = self._cluster.ray.wait(list(of), num_returns=len(of), timeout=0)
        return [of[answer] for answer in dict.fromkeys((*ready, *also))]

    def lost(self, place: Place, loss: DriverLost) -> list[JobOutcome]:
        outcomes = super().lost(place, loss)
        if not isinstance(loss, Unfit):
            return outcomes
        self._failed[id(place)] = self._failed.get(id(place), 0) + 1
        if self._failed[id(place)] < STARTS and not isinstance(loss, OtherVersion):
            return outcomes
        self._places.remove(place)
        if self._places:
            if self._waiting:
                note = str(loss)
                self._hear(JobNews(kind="retried", job=self._waiting[0].number, note=note))
            return outcomes
        outcomes += [JobOutcome(job=one.number, lost=str(loss)) for one in self._waiting]
        self._waiting.clear()
        return outcomes
