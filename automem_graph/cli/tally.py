"""How far many episodes have come, what they cost, and how long the rest may take."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.many import JobEvent
from automem_graph.episodes.play import EpisodeResult


class Tally:
    """Counts what is heard of the jobs of one sitting. Seconds are the clock's."""

    def __init__(
        self, jobs: Sequence[PlayContext], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.jobs = len(jobs)
        self.ended = self.failed = 0
        self.steps = self.calls = self.input_tokens = self.output_tokens = 0
        self.specialist_input_tokens = self.specialist_output_tokens = 0
        """Of this sitting: what earlier ones have played is not counted again."""
        self.running: dict[str, JobEvent] = {}
        """By the episodes' ids."""
        self._heard: set[str] = set()
        self._waiting = Counter(job.task for job in jobs)
        self._lengths: dict[str, list[int]] = defaultdict(list)
        self._limits: dict[str, int] = {}
        self._clock = clock
        self._begun: float | None = None
        """When the first episode began to be played: it takes a while to get there."""

    def hear(self, event: JobEvent) -> None:
        """Take in how one episode stands."""
        if self._begun is None:
            self._begun = self._clock()
        self._meet(event.episode, event.task)
        self._limits[event.task] = event.steps
        before = self.running.get(event.episode)
        if before is not None:
            self.steps += event.step - before.step
            self.calls += event.calls - before.calls
            self.input_tokens += event.input_tokens - before.input_tokens
            self.output_tokens += event.output_tokens - before.output_tokens
            self.specialist_input_tokens += (
                event.specialist_input_tokens - before.specialist_input_tokens
            )
            self.specialist_output_tokens += (
                event.specialist_output_tokens - before.specialist_output_tokens
            )
        if event.kind == "ended":
            self.running.pop(event.episode, None)
        else:
            self.running[event.episode] = event

    def add(self, result: EpisodeResult) -> bool:
        """Take in a result; whether it was played in this sitting."""
        played = result.episode in self._heard
        self._meet(result.episode, result.asked.task)
        self.running.pop(result.episode, None)
        self.ended += 1
        if result.status == "failed":
            self.failed += 1
        else:
            self._lengths[result.asked.task].append(result.steps)
        return played

    @property
    def speed(self) -> float:
        """Steps a second."""
        if self._begun is None:
            return 0.0
        return self.steps / max(self._clock() - self._begun, 1e-9)

    def seconds_left(self) -> float | None:
        """A guess; None before the first step.

        An episode is thought to go on for as many steps as its task has had for each end so far,
        those of running episodes included (the first to end are the short ones), and never beyond
        its limit; where none has ended, up to its limit.
        """
        if not self.steps:
            return None
        left = sum(count * self._length(task) for task, count in self._waiting.items())
        for event in self.running.values():
            left += min(self._length(event.task), event.steps - event.step)
        return left / self.speed

    def _meet(self, episode: str, task: str) -> None:
        """An episode that is heard of for the first time waits no longer."""
        if episode not in self._heard:
            self._heard.add(episode)
            self._waiting[task] -= 1

    def _length(self, task: str) -> float:
        limit = self._limits.get(task) or max(self._limits.values(), default=0)
        lengths = self._lengths.get(task)
        if not lengths:
            return limit
        running = sum(event.step for event in self.running.values() if event.task == task)
        return min(limit, (sum(lengths) + running) / len(lengths))
