"""A driver as its parent sees it: a child process that takes jobs and reports (see `driver`)."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Self

from automem_graph import wire
from automem_graph.episodes.driver import FRAME_LIMIT
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome
from automem_graph.worlds.process import exit_reason

BOOT = "import gc; gc.disable(); from automem_graph.episodes.driver import main; main()"
"""What imports make is there to stay: looking for garbage in it takes a tenth of the start."""

FRAME_S = 10.0
"""Seconds for a frame that has begun: a driver that stops in the middle of one is lost."""

LEAVE_S = 10.0
"""Seconds that a driver without episodes has to leave: it sends its last LangSmith traces."""

_GRACE_S = 1.0


class DriverLost(Exception):
    """The driver is gone; says how."""


class DriverProcess:
    """One driver. Turns alternate: `order`, then wait until it can be read, then `report`."""

    def __init__(self, child: subprocess.Popen[bytes], sock: socket.socket, log: IO[bytes]) -> None:
        self._child = child
        self._socket = sock
        self._log = log
        self.due = False
        """Whether it is its turn."""

    @classmethod
    def start(cls) -> Self:
        """A fresh interpreter, with the environment and the working folder of this one."""
        ours, theirs = socket.socketpair()
        log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-P", "-c", BOOT, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return cls(child, ours, log)

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def fileno(self) -> int:
        """For `select`: readable when there is a report, or when the driver is gone."""
        return self._socket.fileno()

    def order(self, jobs: Mapping[int, EpisodeJob], *, drop: bool = False) -> None:
        """Let it play these as well, or drop all; one that is gone says so at the next `report`."""
        sent = [[number, job.model_dump(mode="json")] for number, job in jobs.items()]
        order = {"jobs": sent, "drop": drop}
        self.due = True
        with suppress(OSError):
            wire.send(self._socket, order, FRAME_LIMIT)

    def report(self) -> tuple[Sequence[JobNews], Sequence[JobOutcome]]:
        """Its next report; DriverLost where it died or broke off."""
        try:
            report = wire.receive(self._socket, FRAME_LIMIT, time.monotonic() + FRAME_S)
        except (wire.WireError, TimeoutError, OSError):
            raise DriverLost(self._how_it_ended()) from None
        self.due = False
        return (
            [JobNews.model_validate(one) for one in report["news"]],
            [JobOutcome.model_validate(one) for one in report["outcomes"]],
        )

    def hang_up(self) -> None:
        """Ask it to leave: it does once it has nothing to play; `end` waits for that."""
        self._socket.close()

    def kill(self) -> None:
        """End it now, whatever it plays; its worlds and scaffold hosts see that and leave."""
        self._child.kill()
        self._socket.close()

    def end(self) -> None:
        """Wait until it is gone, after `hang_up` or `kill`."""
        try:
            self._child.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._log.close()

    def _how_it_ended(self) -> str:
        """Its status and last words; a driver that only broke off is killed."""
        self._socket.close()
        try:
            status = exit_reason(self._child.wait(_GRACE_S))
        except subprocess.TimeoutExpired:
            self._child.kill()
            status = "broke off and was killed"
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").splitlines()
        said = next((f": {line.strip()}" for line in reversed(lines) if line.strip()), "")
        self.end()
        return f"the driver process is gone, {status}{said}"
