"""The child process that plays episodes: `driver_process.BOOT`, with FD as its argument.

FD is the inherited end of a socket pair; `driver_process.py` has the other one. The two take turns,
one frame of `automem_graph.wire` each, and the parent begins:

    {"jobs": [[3, {"episode": "s42-...", "context": {...}}]]}    play this as well, as job 3
    {"jobs": [], "drop": true}    end all that is played, each at its next step
    {"news": [{...}], "outcomes": [{...}]}    at once where a job has ended, else after `REPORT_S`

A driver that is given no jobs when it has none is one to be kept for others: it lets go of what
belongs to those that it has played, keeps its imports and its worlds' process, and reports at once.

Every job has a thread. The nodes of the graph are synchronous and spend their time waiting for
models, for worlds and for scaffolds, so threads overlap these as well as coroutines would.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from automem_graph import wire
from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.identity import engine
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.news import Dropped, News, Teller
from automem_graph.episodes.opening import Resolve
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.episodes.processes import Processes
from automem_graph.episodes.tracing import flush
from automem_graph.models.meter import Meter
from automem_graph.models.resolve import resolve_model
from automem_graph.protocols import EpisodeJob, Frozen, JobOutcome
from automem_graph.worlds.process import NeighbourCrashed, WorldCrashed

FRAME_LIMIT = 64 << 20
"""Bytes of one frame: room for the outcomes of thousands of episodes."""

REPORT_S = 0.5
"""Seconds between two reports: how often a person wants news, and how long a driver may outlive
its parent."""


class Driver:
    """The episodes of this process: they share a worlds' process, scaffold hosts and models."""

    def __init__(self) -> None:
        self.news = News()
        self._processes = Processes()
        self._resolve: Resolve = cache(resolve_model)
        self._playing: dict[int, Teller] = {}

    @property
    def idle(self) -> bool:
        return not self._playing

    def start(self, number: int, job: EpisodeJob) -> None:
        """Play a job in a thread of its own; whatever becomes of it is its outcome."""
        teller = self._playing[number] = Teller(self.news, number)
        threading.Thread(target=self._play, args=(number, job, teller), daemon=True).start()

    def drop(self) -> None:
        """Have all that is played end at its next step."""
        for teller in list(self._playing.values()):
            teller.drop()

    def close(self) -> None:
        """End the processes of its worlds and scaffolds; it plays nothing then."""
        self._processes.close()

    def forget(self) -> None:
        """Let go of scaffolds, models and the engine's hash: by the next job all may have changed.

        Only for a driver that is idle. The weights of light local models stay, under their content.
        """
        self._processes.close_hosts()
        self._resolve = cache(resolve_model)
        engine.cache_clear()

    def _play(self, number: int, job: EpisodeJob, teller: Teller) -> None:
        try:
            result = self._played(job, teller)
            outcome = JobOutcome(job=number, result=result.model_dump(mode="json"))
        except Exception as error:  # a boundary: it becomes a row that someone can read
            outcome = JobOutcome(job=number, lost=f"{type(error).__name__}: {error}")
        del self._playing[number]
        self.news.end(outcome)

    def _played(self, job: EpisodeJob, teller: Teller) -> EpisodeResult:
        """Play among the others and, if that ends the world, once more with a process of its own.

        An episode whose world went down with another one's plays on among the others. That ends:
        each death of a process sends the episode that was the cause of it away.
        """
        while True:
            try:
                return self._sitting(job, teller, self._processes, passing=(WorldCrashed, Dropped))
            except NeighbourCrashed as crash:
                teller.retried(str(crash))
            except WorldCrashed as crash:
                teller.retried(str(crash))
                break
        with Processes() as alone:
            return self._sitting(job, teller, alone, passing=(Dropped,))

    def _sitting(
        self,
        job: EpisodeJob,
        teller: Teller,
        processes: Processes,
        passing: tuple[type[Exception], ...],
    ) -> EpisodeResult:
        context = PlayContext(**job.context)  # type: ignore[arg-type]  # as `run_episodes` made it
        meter = Meter(Path(job.meter)) if job.meter else None
        with EpisodeDesks(
            listener=teller.hear, resolve=self._resolve, processes=processes, meter=meter
        ) as desks:
            if desks.folder(context).id != job.episode:
                raise RunError(
                    "the code, the scaffold or a local model changed after the run was started"
                )
            return play_episode(desks, context, passing=passing)


def serve(sock: socket.socket) -> None:
    """Take orders and report until the parent hangs up."""
    driver = Driver()
    while True:
        try:
            order: dict[str, Any] = wire.receive(sock, FRAME_LIMIT)
            for number, job in order["jobs"]:
                driver.start(number, EpisodeJob.model_validate(job))
            if order.get("drop"):
                driver.drop()
            elif driver.idle:
                driver.forget()
            news, outcomes = driver.news.take(0.0 if driver.idle else REPORT_S)
            wire.send(sock, {"news": _plain(news), "outcomes": _plain(outcomes)}, FRAME_LIMIT)
        except (wire.WireError, OSError):
            break
    flush()


def _plain(told: Sequence[Frozen]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in told]


def main() -> None:
    """Serve the parent at the other end of FD; garbage is collected from here on."""
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the parent
    serve(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)  # episodes may wait for a model still; worlds and scaffold hosts see the hang-up
