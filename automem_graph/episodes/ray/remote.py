"""A worker as the command sees it: a driver on a node, whose episodes' files are kept here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from automem_graph.agent.context import UNUSED
from automem_graph.episodes.driver_process import LEAVE_S, DriverLost
from automem_graph.episodes.hold import hold
from automem_graph.episodes.identity import engine
from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.ray.shipping import Piece, kept, put, tidy
from automem_graph.episodes.ray.worker import Worker
from automem_graph.episodes.tracing import texts_hidden
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.memory import Memory
from automem_graph.memory.rows import JournalError
from automem_graph.models.meter import Counts, Meter
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome
from automem_graph.scaffold.load import load_scaffold

Send = Callable[[str, Path], Any]
"""Puts a scaffold, by its id and folder, where all nodes can get it; returns a reference."""


@dataclass(frozen=True)
class Needs:
    """What a worker asks of its node, as Ray counts it."""

    cpus: float = 1.0
    memory_bytes: int | None = None
    """Nothing is reserved without it."""

    def options(self) -> dict[str, Any]:
        """As Ray's options of an actor."""
        memory = {} if self.memory_bytes is None else {"memory": self.memory_bytes}
        return {"num_cpus": self.cpus, "max_restarts": 0, **memory}


ANSWER_S = 5.0
"""Seconds for a worker without jobs to say that it is there."""


class Unfit(DriverLost):
    """A worker that cannot play at all, since it did not start."""


class OtherVersion(Unfit):
    """A worker on a node with another version: starting it again is of no use."""


class RemoteDriver:
    """One driver on a node, `idle.AnyDriver`. Its first report, which is due at once, is empty."""

    def __init__(self, needs: Needs, send: Send) -> None:
        import ray

        self._ray = ray
        self._send = send
        worker = ray.remote(Worker).options(**needs.options())
        self._actor = worker.remote(texts_hidden(), str(Path.cwd()))
        self.answer = self._actor.hello.remote()
        self.due = True
        self._node = ""
        self._out: dict[int, tuple[EpisodeFolder, int]] = {}
        self._refused: list[JobOutcome] = []
        self._meter: Meter | None = None
        self._counted = Counts()

    @property
    def alive(self) -> bool:
        """Whether it can be given jobs; one that has not started yet may still be."""
        if not self._node:
            return True
        try:
            self._ray.get(self._actor.__ray_ready__.remote(), timeout=ANSWER_S)
        except self._ray.exceptions.RayError:
            return False
        return True

    def order(self, jobs: Mapping[int, EpisodeJob], *, drop: bool = False) -> None:
        """See `DriverProcess`. The steps that an episode has are sent along, and it is held."""
        scaffolds: dict[str, Any] = {}
        packed = []
        for number, job in jobs.items():
            try:
                packed.append(self._pack(number, job, scaffolds))
            except (RunError, OSError) as error:
                self._refused.append(JobOutcome(job=number, lost=f"RunError: {error}"))
        self.due = True
        self.answer = self._actor.report.remote(
            {"jobs": packed, "scaffolds": scaffolds, "drop": drop, "meter": self._elsewhere(jobs)}
        )

    def report(self) -> tuple[Sequence[JobNews], Sequence[JobOutcome]]:
        """See `DriverProcess`. All that was sent is on disk then."""
        try:
            told = self._ray.get(self.answer)
        except self._ray.exceptions.RayError as error:
            self.kill()
            raise (DriverLost if self._node else Unfit)(self._how_it_ended(error)) from None
        self.due = False
        if not self._node:
            self._node = told["node"]
            if told["engine"] != engine():
                self.kill()
                raise OtherVersion(
                    f"the node {self._node} has another version of automem-graph or of its world "
                    f"packages (engine {told['engine']}, here {engine()}): install the same there"
                )
            return [], []
        try:
            return self._take(told)
        except (RunError, OSError) as error:
            self.kill()
            raise DriverLost(f"what a worker sent could not be kept: {error}") from None

    def hang_up(self) -> None:
        """See `DriverProcess`."""
        with suppress(Exception):  # it, or Ray itself, is gone: then it has left
            self.answer = self._actor.leave.remote()

    def kill(self) -> None:
        """See `DriverProcess`. Its episodes are let go of, their memory as the journal says."""
        with suppress(Exception):  # Ray itself may be gone
            self._ray.kill(self._actor)
        for folder, held in self._out.values():
            with suppress(JournalError, OSError):
                if folder.journal.exists():
                    Memory(DirectoryFiles(folder.memory), folder.journal)
            os.close(held)
        self._out.clear()

    def end(self) -> None:
        """See `DriverProcess`."""
        with suppress(Exception):
            self._ray.wait([self.answer], timeout=LEAVE_S)
        self.kill()

    def _pack(self, number: int, job: EpisodeJob, scaffolds: dict[str, Any]) -> dict[str, Any]:
        scaffold = ""
        if "scaffold" not in UNUSED[job.context["agent"]]:  # type: ignore[index]  # as it was made
            loaded = load_scaffold(str(job.context["scaffold"]))
            scaffold = loaded.id
            scaffolds[scaffold] = self._send(scaffold, loaded.path)
        folder = RunFolder(Path(str(job.context["run"]))).episode(job.episode)
        self._out[number] = folder, hold(folder.path)
        return {
            "number": number,
            "job": job.model_dump(mode="json"),
            "scaffold": scaffold,
            "kept": list(map(tuple, kept(folder))),
        }

    def _take(self, told: Mapping[str, Any]) -> tuple[Sequence[JobNews], Sequence[JobOutcome]]:
        outcomes = [self._with_node(JobOutcome.model_validate(one)) for one in told["outcomes"]]
        ended = {outcome.job for outcome in outcomes}
        for number, sent in told["files"].items():
            folder, _ = self._out[number]
            pieces = [Piece(*piece) for piece in sent]
            put(folder.run, pieces)
            if number in ended:
                tidy(folder, pieces)
        for number in ended:
            os.close(self._out.pop(number)[1])
        if self._meter is not None and told["counts"] is not None:
            counted = Counts(*told["counts"])
            self._meter.add(counted.minus(self._counted))
            self._counted = counted
        refused, self._refused = self._refused, []
        return [JobNews.model_validate(one) for one in told["news"]], [*refused, *outcomes]

    def _with_node(self, outcome: JobOutcome) -> JobOutcome:
        if not outcome.lost:
            return outcome
        return outcome.model_copy(update={"lost": f"{outcome.lost} (on the node {self._node})"})

    def _elsewhere(self, jobs: Mapping[int, EpisodeJob]) -> dict[str, Any] | None:
        """What other workers have counted: this one knows its own better."""
        path = next((job.meter for job in jobs.values()), None)
        if path is not None and (self._meter is None or str(self._meter.path) != path):
            self._meter, self._counted = Meter(Path(path)) if path else None, Counts()
        if not self._out:
            self._meter = None
        if self._meter is None:
            return None
        elsewhere = astuple(self._meter.counts.minus(self._counted))
        return {
            "name": str(self._meter.path),
            "terms": self._meter.terms,
            "elsewhere": elsewhere,
        }

    def _how_it_ended(self, error: Exception) -> str:
        """In one line: Ray's own words are a page."""
        if not self._node:
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            return f"a worker could not start: {lines[-1][:300] if lines else error}"
        cause = getattr(error, "cause", None)
        if isinstance(cause, Exception):
            return f"the worker on the node {self._node} broke off: {cause!r}"
        return f"the worker on the node {self._node} is gone"
