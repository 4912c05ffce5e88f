"""The child process that holds worlds: `python -m automem_graph.worlds.host FD`.

FD is the inherited end of a socket pair; `process.py` has the other end. Every request is one
frame of `automem_graph.wire` and gets one:

    {"op": "open", "world": 1, "task": "crafter", "seed": 42}    a world, under a number
    {"op": "replay", "world": 1, "actions": ["Noop", "Do"]}      reset, then these actions
    {"op": "step", "world": 1, "action": "Do"}
    {"op": "close", "world": 1}

    {"observation": {...}}    the last one; null for open and close
    {"error": "ValueError: what it said (file.py:12)"}    this world is gone, the others live on
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from typing import Any

from automem_graph import wire
from automem_graph.protocols import Observation, World
from automem_graph.worlds.registry import find_task

FRAME_LIMIT = 16 << 20
"""Bytes of one frame: room for the actions of 100,000 steps."""

_GRACE_S = 2.0
_REASON_CHARS = 2000


class Host:
    """The worlds of this process, by the client's numbers."""

    def __init__(self) -> None:
        self._worlds: dict[int, World] = {}

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked; whatever a world raises costs that world and becomes an error."""
        try:
            observation = self._do(request)
            return {"observation": observation and observation.model_dump(mode="json")}
        except Exception as error:
            self.drop(request["world"])
            return {"error": _reason(error)}

    def drop(self, number: int) -> None:
        """Forget one world, whatever its close() says."""
        world = self._worlds.pop(number, None)
        try:
            if world is not None:
                world.close()
        except Exception:
            traceback.print_exc()

    def close(self) -> None:
        for number in list(self._worlds):
            self.drop(number)

    def _do(self, request: Mapping[str, Any]) -> Observation | None:
        number = request["world"]
        match request["op"]:
            case "open":
                self._worlds[number] = find_task(request["task"]).open(request["seed"])
            case "step":
                return self._world(number).step(request["action"])
            case "replay":
                world = self._world(number)
                observation = world.reset()
                for action in request["actions"]:
                    observation = world.step(action)
                return observation
            case "close":
                self.drop(number)
            case op:
                raise ValueError(f"'{op}' is no request")
        return None

    def _world(self, number: int) -> World:
        try:
            return self._worlds[number]
        except KeyError:
            raise LookupError("this world was closed, or crashed before") from None


def _reason(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = str(error)[:_REASON_CHARS]
    return f"{type(error).__name__}: {said} ({where.filename}:{where.lineno})"


def serve(sock: socket.socket) -> None:
    """Answer until the peer closes the connection, then close the worlds."""
    host = Host()
    while True:
        try:
            request = wire.receive(sock, FRAME_LIMIT)
        except wire.WireError:
            break
        try:
            wire.send(sock, host.answer(request), FRAME_LIMIT)
        except ValueError as error:  # an observation over the limit
            host.drop(request["world"])
            wire.send(sock, {"error": _reason(error)}, FRAME_LIMIT)
    host.close()


def _leave_with_parent(sock: socket.socket) -> None:
    """End this process soon after the peer is gone, even while a world hangs."""
    poller = select.poll()
    poller.register(sock, 0)  # hang-up is always reported
    poller.poll()
    time.sleep(_GRACE_S)
    os._exit(1)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the driver
    sock = socket.socket(fileno=int(sys.argv[1]))
    threading.Thread(target=_leave_with_parent, args=(sock,), daemon=True).start()
    serve(sock)


if __name__ == "__main__":
    main()
