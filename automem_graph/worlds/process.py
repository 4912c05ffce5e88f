"""Worlds in a process of their own, so that a crash or a hang costs an episode and not the run.

    with WorldProcess.start() as worlds:
        world = worlds.open("crafter", seed=42)
        first = world.reset()
        later = world.replay(["Move West", "Do"])

A replay resets and then takes all the actions in one request: so any moment is rebuilt.
"""

from __future__ import annotations

import itertools
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self

from automem_graph import wire
from automem_graph.protocols import Observation, TaskCard
from automem_graph.worlds.host import FRAME_LIMIT
from automem_graph.worlds.registry import find_task

_GRACE_S = 5.0


class WorldCrashed(RuntimeError):
    """A world is gone: names its task, its seed and the reason."""


class WorldProcess:
    """One child process that holds many worlds; any thread may use it."""

    def __init__(
        self, child: subprocess.Popen[bytes], sock: socket.socket, log: IO[bytes], time_limit: float
    ) -> None:
        self._child = child
        self._socket = sock
        self._log = log
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._end: str | None = None

    @classmethod
    def start(cls, time_limit: float = 60.0) -> Self:
        """A new process. A request that takes over `time_limit` seconds ends it, and says so.

        A task of your own (`module:attribute`) must be importable there: installed, or on
        PYTHONPATH.
        """
        ours, theirs = socket.socketpair()
        log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "automem_graph.worlds.host", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return cls(child, ours, log, time_limit)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        """False once the process was found dead, was killed or closed; it never comes back."""
        return self._end is None

    def open(self, task: str, seed: int) -> RemoteWorld:
        """A world that lives there; UnknownTask for a name that is none."""
        world = RemoteWorld(
            self, next(self._numbers), f"{task} (seed {seed})", find_task(task).card
        )
        world.ask("open", task=task, seed=seed)
        return world

    def request(self, who: str, message: dict[str, Any]) -> dict[str, Any]:
        """One request and its answer; ConnectionError, with the reason, once the process is gone.

        Anything that leaves an answer unread (a time-out, Ctrl-C) ends the process: the next
        request would otherwise read it.
        """
        with self._lock:
            if self._end is not None:
                raise ConnectionError(self._end)
            self._socket.settimeout(self._time_limit)
            deadline = time.monotonic() + self._time_limit
            try:
                wire.send(self._socket, message, FRAME_LIMIT)
                answer: dict[str, Any] = wire.receive(self._socket, FRAME_LIMIT, deadline)
                return answer
            except (TypeError, ValueError):  # not sent: the message is at fault
                raise
            except TimeoutError:
                late = f"{who} did not answer '{message['op']}' within {self._time_limit:g} s"
                self._finish(f"{late}, and the process was killed")
            except (wire.WireError, OSError):
                self._finish("the process ended", grace=_GRACE_S)
            except BaseException:
                self._finish("a request was interrupted, and the process was killed")
                raise
            raise ConnectionError(self._end)

    def close(self) -> None:
        """End the process and with it all of its worlds."""
        with self._lock:
            if self._end is None:
                self._finish("the process was closed", grace=_GRACE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _finish(self, reason: str, grace: float = 0.0) -> None:
        """Hang up, give the child `grace` seconds to leave, then kill it; note why it ended."""
        self._end = reason
        self._socket.close()
        try:
            status = self._child.wait(grace)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        else:
            if status != 0:
                self._end = f"{reason}: {_status(status)}{self._last_words()}"
        self._log.close()

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        return next((f": {line.strip()}" for line in reversed(lines) if line.strip()), "")


class RemoteWorld:
    """A `World` that lives in a `WorldProcess`; every method may raise WorldCrashed."""

    def __init__(self, process: WorldProcess, number: int, name: str, card: TaskCard) -> None:
        self._process = process
        self._number = number
        self._name = name
        self._actions = frozenset(card.actions)

    def reset(self) -> Observation:
        return self.replay(())

    def step(self, action: str) -> Observation:
        """One action; ValueError (here, the world goes on) for one that is not on the card."""
        self._check(action)
        return Observation.model_validate(self.ask("step", action=action))

    def replay(self, actions: Sequence[str]) -> Observation:
        """Reset, take all the actions, return the last observation: one request."""
        for action in actions:
            self._check(action)
        return Observation.model_validate(self.ask("replay", actions=list(actions)))

    def close(self) -> None:
        """Give the world up; nothing to do where its process is gone."""
        with suppress(WorldCrashed):
            self.ask("close")

    def ask(self, op: str, **fields: Any) -> Any:
        """Send one request about this world; the observation of its answer, None where none is."""
        try:
            answer = self._process.request(self._name, {"op": op, "world": self._number, **fields})
        except ConnectionError as error:
            raise WorldCrashed(f"the world {self._name} is gone: {error}") from error
        if "error" in answer:
            raise WorldCrashed(f"the world {self._name} is gone: {answer['error']}")
        return answer["observation"]

    def _check(self, action: str) -> None:
        if action not in self._actions:
            known = ", ".join(sorted(self._actions))
            raise ValueError(f"'{action}' is no action of this world; these are: {known}")


def _status(status: int) -> str:
    if status < 0:
        return f"killed by signal {-status} ({signal.strsignal(-status)})"
    return f"exit status {status}"
