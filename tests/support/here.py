"""An `Executor` that plays in the process of the test, which has a local model's packages loaded.

A driver process would import them anew for each set of episodes: seconds, many times over.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager

import pytest

from automem_graph.episodes.driver import Driver
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome


class Here:
    """Plays all jobs at once, as a driver does."""

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None: ...

    def run(
        self, jobs: Sequence[EpisodeJob], hear: Callable[[JobNews], None]
    ) -> Generator[JobOutcome, None, None]:
        driver, left = Driver(), len(jobs)
        try:
            for number, job in enumerate(jobs):
                driver.start(number, job)
            while left:
                news, outcomes = driver.news.take(0.5)
                for one in news:
                    hear(one)
                left -= len(outcomes)
                yield from outcomes
        finally:
            driver.close()


@contextmanager
def playing_here() -> Iterator[None]:
    """Loops play their episodes here until the end of the block."""
    with pytest.MonkeyPatch.context() as patch:
        for room in ("structure.playing", "structure.bench", "proficiency.bench"):
            patch.setattr(f"automem_graph.{room}.ThisMachine", lambda *_: Here())
        yield
