"""Worlds in a process of their own, so that a crash or a hang costs an episode and not the run.

    with WorldProcess.start() as worlds:
        world = worlds.open("crafter", seed=42)
        first = world.reset()
        later = world.replay(["Move West", "Do"])

A replay resets and then takes all the actions in one request: so any moment is rebuilt.
"""

from __future__ import annotations

import itertools
import shutil
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
from automem_graph.protocols import ANSWER_CHARS, Observation, TaskCard
from automem_graph.worlds.host import FRAME_LIMIT
from automem_graph.worlds.registry import find_playable

BOOT = "import gc; gc.disable(); from automem_graph.worlds.host import main; main()"
"""What imports make is there to stay: looking for garbage in it takes a tenth of the start."""

REPLAYED = 10_000
"""Actions of a replay that extend its time by the limit: 100,000 of NetHack's take minutes."""

_GRACE_S = 5.0


class WorldCrashed(RuntimeError):
    """A world is gone: names its task, its seed and the reason."""


class NeighbourCrashed(WorldCrashed):
    """A world is gone with its process, which ended in a request about another one."""


class WorldProcess:
    """One child process that holds many worlds; any thread may use it."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        sock: socket.socket,
        log: IO[bytes],
        folder: str,
        time_limit: float,
    ) -> None:
        self._child = child
        self._socket = sock
        self._log = log
        self._folder = folder
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
        folder = tempfile.mkdtemp(prefix="automem-worlds-")
        quiet = "ignore:pkg_resources is deprecated:UserWarning"  # MiniHack, at its import
        host = [sys.executable, "-P", "-W", quiet, "-c", BOOT]
        with theirs:
            child = subprocess.Popen(
                [*host, str(theirs.fileno()), folder],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return cls(child, ours, log, folder, time_limit)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        """False once the process was found dead, was killed or closed; it never comes back."""
        return self._end is None

    def open(self, task: str, seed: int) -> RemoteWorld:
        """A world that lives there.

        UnknownTask for a name that is none, TaskUnavailable for one that cannot be played here.
        """
        card = find_playable(task).card
        world = RemoteWorld(self, self.next_number(), f"{task} (seed {seed})", card)
        world.ask("open", task=task, seed=seed)
        return world

    def next_number(self) -> int:
        """A number that no world of this process had before."""
        return next(self._numbers)

    def request(self, who: str, message: dict[str, Any]) -> dict[str, Any]:
        """One request and its answer; ConnectionError, with the reason, once the process is gone.

        ConnectionAbortedError where it was found gone before: exactly one request finds it first.

        Anything that leaves an answer unread (a time-out, Ctrl-C) ends the process: the next
        request would otherwise read it.
        """
        with self._lock:
            if self._end is not None:
                raise ConnectionAbortedError(self._end)
            self._socket.settimeout(self._time_limit)
            limit = self._time_limit * (1 + len(message.get("actions", ())) // REPLAYED)
            deadline = time.monotonic() + limit
            try:
                wire.send(self._socket, message, FRAME_LIMIT)
                answer: dict[str, Any] = wire.receive(self._socket, FRAME_LIMIT, deadline)
                return answer
            except (TypeError, ValueError):  # not sent: the message is at fault
                raise
            except TimeoutError:
                late = f"{who} did not answer '{message['op']}' within {limit:g} s"
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
                self._end = f"{reason}: {exit_reason(status)}{self._last_words()}"
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

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
        self.card = card
        self._actions = None if card.answers else frozenset(card.actions)

    def reset(self) -> Observation:
        return self.replay(())

    def step(self, action: str) -> Observation:
        """One action; ValueError (here, the world goes on) for what is none by the card."""
        self._check(action)
        return Observation.model_validate(self.ask("step", action=action))

    def replay(self, actions: Sequence[str]) -> Observation:
        """Reset, take all the actions, return the last observation: one request."""
        for action in actions:
            self._check(action)
        return Observation.model_validate(self.ask("replay", actions=list(actions)))

    def clone(self) -> RemoteWorld:
        """Another world that goes on from this moment; neither one disturbs the other.

        Crafter is copied as it is, in constant time; other worlds play all their actions again.
        """
        twin = RemoteWorld(self._process, self._process.next_number(), self._name, self.card)
        twin.ask("clone", of=self._number)
        return twin

    def film(self, actions: Sequence[str], *, reset: bool) -> tuple[list[tuple[str, str]], str]:
        """Go on, or begin, with these actions: the text and the frame of each moment.

        Frames are JSON (see `frames`). A reset's moment comes first. Where the world raises, or
        cannot be drawn, fewer come, and the reason.
        """
        answer = self._answer("film", actions=list(actions), reset=reset)
        return [(text, frame) for text, frame in answer["film"]], answer["stopped"]

    def close(self) -> None:
        """Give the world up; nothing to do where its process is gone."""
        with suppress(WorldCrashed):
            self.ask("close")

    def ask(self, op: str, **fields: Any) -> Any:
        """Send one request about this world; the observation of its answer, None where none is."""
        return self._answer(op, **fields)["observation"]

    def _answer(self, op: str, **fields: Any) -> dict[str, Any]:
        try:
            answer = self._process.request(self._name, {"op": op, "world": self._number, **fields})
        except ConnectionError as error:
            earlier = isinstance(error, ConnectionAbortedError)
            crash = NeighbourCrashed if earlier else WorldCrashed
            raise crash(f"the world {self._name} is gone: {error}") from error
        if "error" in answer:
            raise WorldCrashed(f"the world {self._name} is gone: {answer['error']}")
        return answer

    def _check(self, action: str) -> None:
        if self._actions is None:
            if len(action) > ANSWER_CHARS:
                raise ValueError(f"an answer has at most {ANSWER_CHARS:,} characters")
        elif action not in self._actions:
            known = ", ".join(sorted(self._actions))
            raise ValueError(f"'{action}' is no action of this world; these are: {known}")


def exit_reason(status: int) -> str:
    """How a child process ended, in words, from what `Popen.wait` returns."""
    if status < 0:
        return f"killed by signal {-status} ({signal.strsignal(-status)})"
    return f"exit status {status}"
