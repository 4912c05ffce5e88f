"""Episodes on this machine: driver processes, each of which plays several at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import Self

from automem_graph.episodes.floor import Floor, Place
from automem_graph.episodes.idle import Idle
from automem_graph.models.local.folders import weight_bytes
from automem_graph.models.resolve import AGENT, LOCAL, OFFLINE
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome

MOST_AT_ONCE = 64
"""Episodes that one driver plays at once at most; more of them get more drivers."""

WAITING = 16
"""Episodes at once whose models are elsewhere: they wait, so more of them than cores are played;
few enough for the rate limits of most providers."""

LIGHT_BYTES = 64 * 2**20
"""Weights in the driver itself that are no heavier are read by a driver for each core, and their
batches may be large."""


class ThisMachine:
    """The default `Executor`: as many drivers as there are cores, each with its share of episodes.

    `parallel` is how many episodes are played at once in all: by default `WAITING`,
    `MOST_AT_ONCE` where all models are light ones in the drivers, and as many as there are cores
    where all are offline and so need these. An episode that takes longer than its job's limit since
    its driver began with it is ended by killing the driver, since nothing less stops a thread; the
    driver's other episodes go on in a new one.

    A driver that dies costs each of its episodes one of two tries. Jobs are given out while the
    caller waits for an outcome. The drivers leave when the iterator or this process ends. As a
    context manager this keeps them for its next `run` instead, until the end of the block, at most
    one for each core: those that have played agents of somebody's own, whose modules may change, or
    that hold weights which are not light leave all the same.
    """

    def __init__(self, parallel: int | None = None) -> None:
        self._parallel = parallel
        self._idle = Idle(_cores())

    def __enter__(self) -> Self:
        self._idle.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._idle.close()

    def run(
        self, jobs: Sequence[EpisodeJob], hear: Callable[[JobNews], None]
    ) -> Generator[JobOutcome, None, None]:
        """See `Executor`."""
        parallel = min(self._parallel or parallel_for(jobs, _cores()), len(jobs))
        idle = Idle(0) if is_heavy(jobs) or has_agents(jobs) else self._idle
        yield from Floor(jobs, places(parallel, jobs, _cores()), hear, idle).run()


def places(parallel: int, jobs: Sequence[EpisodeJob], cores: int) -> list[Place]:
    """As many as there are cores, more where drivers would get too full, each with its share.

    One where a model that is not light is in the driver itself: so all share its weights, and its
    batches.
    """
    most = 1 if is_heavy(jobs) else max(cores, -(-parallel // MOST_AT_ONCE))
    drivers = min(parallel, most)
    share, rest = divmod(parallel, drivers)
    return [Place(share + (number < rest)) for number in range(drivers)]


def parallel_for(jobs: Sequence[EpisodeJob], cores: int) -> int:
    """How many episodes are played at once where nobody says it."""
    played = [name for name in _models(jobs) if name and not name.startswith(OFFLINE)]
    if not played:
        return cores
    local = all(name.startswith(LOCAL) for name in played)
    return MOST_AT_ONCE if local and not is_heavy(jobs) else WAITING


def is_heavy(jobs: Sequence[EpisodeJob]) -> bool:
    """Whether a model in the driver itself is too heavy for each driver to read it."""
    local = (name.removeprefix(LOCAL) for name in _models(jobs) if name.startswith(LOCAL))
    return any(weight_bytes(name) > LIGHT_BYTES for name in local)


def has_agents(jobs: Sequence[EpisodeJob]) -> bool:
    """Whether agents of somebody's own play, whose modules may change."""
    return any(name.startswith(AGENT) for name in _models(jobs))


def _models(jobs: Sequence[EpisodeJob]) -> set[str]:
    return {str(job.context[role]) for job in jobs for role in ("gameplay", "specialist")}


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
