"""The trusted side of the scaffold host: starts it, and opens sessions on processes of its own.

    with ScaffoldHost.start(load_scaffold("v0")) as host:
        with host.open_session(view) as session:
            prompt = session.render("log", variables)
            reply = session.run(action, {"file": "map.md", "keyword": "water"})

`view` is the read side of the episode's memory; scaffold code sees files through nothing else.
"""

from __future__ import annotations

import socket
import subprocess
import threading
from collections import deque
from contextlib import suppress
from types import TracebackType

from automem_graph.protocols import Answer, FileEntry, MemoryView
from automem_graph.scaffold import channel
from automem_graph.scaffold.errors import ScaffoldError, ScaffoldFault
from automem_graph.scaffold.load import Scaffold
from automem_graph.scaffold.manifest import line_of
from automem_graph.scaffold.patience import Patience
from automem_graph.scaffold.replies import ActionReply
from automem_graph.scaffold.session import Session
from automem_graph.scaffold.spawn import spawn

__all__ = ["ActionReply", "ScaffoldError", "ScaffoldFault", "ScaffoldHost", "Session"]

SPARES = 2
"""Processes kept ready: with one, a host that is busy for a moment is waited for."""

CODED = ("search", "read", "write")  # the kinds of action that a function carries out


class ScaffoldHost:
    """One scaffold, ready to run in processes of its own; several threads may open sessions.

    When a session ends, the process for a later one is forked: `SPARES` are ready, so that none is
    waited for. A host that died takes its sessions along: the next call of each is a ScaffoldFault,
    and a session that calls no more does not miss it. The next `open_session` starts it again.
    """

    def __init__(self, scaffold: Scaffold, patience: Patience | None = None) -> None:
        self._scaffold = scaffold
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._closed = False
        self._opened = 0
        self._spares: deque[tuple[int, socket.socket]] = deque()
        self._process, self._control = spawn(scaffold)
        self._hooks: frozenset[str] = frozenset()

    @classmethod
    def start(cls, scaffold: Scaffold, patience: Patience | None = None) -> ScaffoldHost:
        """Compile and try the scaffold; ScaffoldError with file and line for what is broken.

        `patience` bounds what all its calls take together; a call after that is a ScaffoldFault.
        """
        host = cls(scaffold, patience)
        try:
            with host.open_session(NoFiles()) as step:
                about = step.about()
            _check_actions(scaffold, about["actions"])
        except ScaffoldFault as fault:
            host.close()
            raise ScaffoldError(f"{scaffold.path}: {fault}") from fault
        except BaseException:
            host.close()
            raise
        host._hooks = frozenset(about["hooks"])
        return host

    def __enter__(self) -> ScaffoldHost:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int:
        """The host's process, for those who look after it (`automem doctor`, tests)."""
        return self._process.pid

    def open_session(self, view: MemoryView) -> Session:
        """A session on a fresh process: nothing of an earlier one is in it. Close it after use."""
        with self._lock:
            if self._closed:
                raise ValueError("this scaffold host is closed; start another one")
            if self._process.poll() is not None:
                self._end()
                self._process, self._control = spawn(self._scaffold)
            number, peer = self._spares.popleft() if self._spares else self._fork()
        return Session(
            self._scaffold, peer, view, self._hooks, lambda: self._finish(number), self._patience
        )

    def close(self) -> None:
        """End the host and all sessions; may be called again."""
        with self._lock:
            self._closed = True
            self._end()

    def _fork(self) -> tuple[int, socket.socket]:
        """Ask the host for a process. If it cannot, the session's first call says that it died."""
        ours, theirs = socket.socketpair()
        self._opened += 1
        with theirs, suppress(ConnectionError):
            channel.send_open(self._control, self._opened, theirs.fileno())
        return self._opened, ours

    def _finish(self, number: int) -> None:
        """End a session's process, and have one ready for the session to come."""
        with self._lock:
            if not self._closed:
                while len(self._spares) < SPARES:
                    self._spares.append(self._fork())
                with suppress(ConnectionError):  # a host that died took its processes along
                    channel.send_kill(self._control, number)

    def _end(self) -> None:
        while self._spares:
            self._spares.pop()[1].close()
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class NoFiles:
    """The view of an empty memory, for trying a scaffold out."""

    def index(self) -> tuple[FileEntry, ...]:
        return ()

    def text(self, name: str) -> str | None:
        return None

    def read(self, name: str, start: int = 1) -> Answer:
        return Answer(ok=False, text=f"There is no file {name}.")


def _check_actions(scaffold: Scaffold, functions: list[str]) -> None:
    """Every declared action that needs a function has one."""
    for number, action in enumerate(scaffold.manifest.actions):
        name = action.name.lower()
        if action.kind in CODED and name not in functions:
            text = (scaffold.path / "scaffold.toml").read_text("utf-8")
            raise ScaffoldError(
                f"{scaffold.path / 'actions.py'}: no function '{name}' for the action "
                f"{action.name} (scaffold.toml:{line_of(text, ('actions', number))})"
            )
