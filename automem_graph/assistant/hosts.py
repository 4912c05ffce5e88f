"""A scaffold's host for many threads and processes, started on first use."""

from __future__ import annotations

import os
import threading
import weakref

from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import Scaffold


class Hosts:
    """The host of each process: a forked server's workers must not share one.

    It ends when nobody holds this any more, and with the process.
    """

    def __init__(self, scaffold: Scaffold) -> None:
        self.scaffold = scaffold
        self._lock = threading.Lock()
        self._hosts: dict[int, ScaffoldHost] = {}
        weakref.finalize(self, _close, self._hosts)

    @property
    def here(self) -> ScaffoldHost:
        """This process's host; ScaffoldError where the scaffold's code cannot be executed."""
        process = os.getpid()
        with self._lock:
            if process not in self._hosts:
                self._hosts[process] = ScaffoldHost.start(self.scaffold)
            return self._hosts[process]


def _close(hosts: dict[int, ScaffoldHost]) -> None:
    host = hosts.pop(os.getpid(), None)
    if host is not None:
        host.close()
