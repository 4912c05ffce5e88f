"""The child process that holds worlds: `process.BOOT`, with FD and FOLDER as its arguments.

FD is the inherited end of a socket pair; `process.py` has the other end. Temporary files of the
worlds (NetHack makes some) lie in FOLDER, which goes with this process. Every request is one frame
of `automem_graph.wire` and gets one:

    {"op": "open", "world": 1, "task": "crafter", "seed": 42}    a world, under a number
    {"op": "replay", "world": 1, "actions": ["Noop", "Do"]}      reset, then these actions
    {"op": "step", "world": 1, "action": "Do"}
    {"op": "film", "world": 1, "reset": false, "actions": [...]}  step, and draw each moment
    {"op": "clone", "world": 2, "of": 1}                         2 goes on from where 1 is
    {"op": "close", "world": 1}

    {"observation": {...}}    the last one; null for open, clone and close
    {"film": [["text", "frame as JSON"], ...], "stopped": ""}    as far as it came, and why
    {"error": "ValueError: what it said (file.py:12)"}    this world is gone, the others live on
"""

from __future__ import annotations

import gc
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from automem_graph import wire
from automem_graph.protocols import Observation, World
from automem_graph.worlds.frames import Drawable
from automem_graph.worlds.registry import find_task

FRAME_LIMIT = 16 << 20
"""Bytes of one frame: room for the actions of 100,000 steps."""

_GRACE_S = 2.0
_REASON_CHARS = 2000


@runtime_checkable
class Cloneable(Protocol):
    """A world that can be copied as it is, without playing all of it again."""

    def clone(self) -> World: ...


@dataclass
class Held:
    """A world, and what it takes to rebuild it."""

    world: World
    task: str
    seed: int
    actions: list[str] | None = None
    """Those since the last reset; None before the first, and in a world's own copy."""

    def play(self, actions: Sequence[str]) -> Observation:
        """Reset, then these actions; returns the last observation."""
        observation = self.world.reset()
        self.actions = []
        for action in actions:
            observation = self.step(action)
        return observation

    def step(self, action: str) -> Observation:
        observation = self.world.step(action)
        if self.actions is not None:
            self.actions.append(sys.intern(action))
        return observation

    def film(self, actions: Sequence[str], *, reset: bool) -> dict[str, Any]:
        """The text and the frame of each moment, the reset's first; stops where the world raises.

        That is no end of this world for those who film it: what came before is of use to them.
        """
        film: list[tuple[str, str]] = []
        try:
            if reset:
                film.append(self._shot(self.play(())))
            film.extend(self._shot(self.step(action)) for action in actions)
        except Exception as error:
            return {"film": film, "stopped": _reason(error)}
        return {"film": film, "stopped": ""}

    def _shot(self, observation: Observation) -> tuple[str, str]:
        if not isinstance(self.world, Drawable):
            raise TypeError(f"{self.task} cannot be drawn")
        return observation.text, self.world.draw().model_dump_json()

    def clone(self) -> Held:
        """A copy that goes on alone: the world's own where it makes one, else a replay."""
        if isinstance(self.world, Cloneable):
            return Held(self.world.clone(), self.task, self.seed)
        twin = Held(find_task(self.task).open(self.seed), self.task, self.seed)
        if self.actions is not None:
            twin.play(self.actions)
        return twin


class Host:
    """The worlds of this process, by the client's numbers."""

    def __init__(self) -> None:
        self._worlds: dict[int, Held] = {}

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked; whatever a world raises costs that world and becomes an error."""
        try:
            if request["op"] == "film":
                held = self._held(request["world"])
                return held.film(request["actions"], reset=request["reset"])
            observation = self._do(request)
            return {"observation": observation and observation.model_dump(mode="json")}
        except Exception as error:
            self.drop(request["world"])
            return {"error": _reason(error)}

    def drop(self, number: int) -> None:
        """Forget one world, whatever its close() says."""
        held = self._worlds.pop(number, None)
        try:
            if held is not None:
                held.world.close()
        except Exception:
            traceback.print_exc()

    def close(self) -> None:
        for number in list(self._worlds):
            self.drop(number)

    def _do(self, request: Mapping[str, Any]) -> Observation | None:
        number = request["world"]
        match request["op"]:
            case "open":
                task, seed = request["task"], request["seed"]
                self._worlds[number] = Held(find_task(task).open(seed), task, seed)
            case "step":
                return self._held(number).step(request["action"])
            case "replay":
                return self._held(number).play(request["actions"])
            case "clone":
                self._worlds[number] = self._held(request["of"]).clone()
            case "close":
                self.drop(number)
            case op:
                raise ValueError(f"'{op}' is no request")
        return None

    def _held(self, number: int) -> Held:
        try:
            return self._worlds[number]
        except KeyError:
            raise LookupError("this world was closed, or crashed before") from None


def _reason(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = str(error)[:_REASON_CHARS]
    return f"{type(error).__name__}: {said} ({where.filename}:{where.lineno})"


def serve(sock: socket.socket) -> None:
    """Answer until the peer closes the connection, then close the worlds.

    Garbage is collected from the first answer on: by then the first game has been imported.
    """
    host = Host()
    while True:
        try:
            request = wire.receive(sock, FRAME_LIMIT)
        except wire.WireError:
            break
        try:
            answer = host.answer(request)
            if not gc.isenabled():
                gc.freeze()
                gc.enable()
            wire.send(sock, answer, FRAME_LIMIT)
        except ValueError as error:  # an observation over the limit
            host.drop(request["world"])
            wire.send(sock, {"error": _reason(error)}, FRAME_LIMIT)
    host.close()


def _leave_with_parent(sock: socket.socket, folder: str) -> None:
    """End this process soon after the peer is gone, even while a world hangs."""
    poller = select.poll()
    poller.register(sock, 0)  # hang-up is always reported
    poller.poll()
    time.sleep(_GRACE_S)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the driver
    fd, folder = sys.argv[1:]
    tempfile.tempdir = folder
    sock = socket.socket(fileno=int(fd))
    threading.Thread(target=_leave_with_parent, args=(sock, folder), daemon=True).start()
    serve(sock)
    shutil.rmtree(folder, ignore_errors=True)
