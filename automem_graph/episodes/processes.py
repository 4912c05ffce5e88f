"""The processes behind open desks: one that holds the worlds, one for each scaffold."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Self

from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import Scaffold
from automem_graph.worlds.process import RemoteWorld, WorldProcess


class Processes:
    """Started on first use and ended by `close`; any thread may use them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._worlds: WorldProcess | None = None
        self._hosts: dict[str, ScaffoldHost] = {}

    def world(self, task: str, seed: int) -> RemoteWorld:
        """A world in the worlds' process; a new process where the last one has died."""
        with self._lock:
            if self._worlds is None or not self._worlds.alive:
                self._worlds = WorldProcess.start()
            worlds = self._worlds
        return worlds.open(task, seed)

    def host(self, scaffold: Scaffold) -> ScaffoldHost:
        """The scaffold's process, shared by all episodes that it plays."""
        with self._lock:
            if scaffold.id not in self._hosts:
                self._hosts[scaffold.id] = ScaffoldHost.start(scaffold)
            return self._hosts[scaffold.id]

    def close_hosts(self) -> None:
        """End the scaffolds' processes; the next use starts new ones."""
        with self._lock:
            for host in self._hosts.values():
                host.close()
            self._hosts.clear()

    def close(self) -> None:
        """End them all; the next use starts new ones."""
        self.close_hosts()
        with self._lock:
            if self._worlds is not None:
                self._worlds.close()
                self._worlds = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
