"""Where the time of a step goes: what each part of the driver takes, less the parts within it.

The parts' functions are wrapped while the watch is on; one thread plays. What no part claims is
the loop's: it calls the nodes, and the nodes call the other parts.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from rich.table import Table

from automem_graph import wire
from automem_graph.agent import graph, hear, node
from automem_graph.agent.codecs import Tags
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.trace import Trace
from automem_graph.memory.memory import Memory
from automem_graph.scaffold import session
from automem_graph.worlds.process import RemoteWorld

REST = "the loop: from node to node"
OUTSIDE = {
    "world: its process": "world",
    "model: LangChain, and the layer that tries again": "model",
}
"""The parts that are no overhead, by what they are."""

PARTS: dict[str, list[tuple[Any, str]]] = {
    "nodes: what is said, and who speaks next": [
        *((graph, name) for name in ("observe", "log", "remember", "plan", "recall", "act")),
        (node, "as_step"),
        (node, "as_update"),
        (EpisodeDesks, "__call__"),
    ],
    "the grammar of replies": [(Tags, "read"), (Tags, "carried")],
    "scaffold: frames and checks": [(session.Session, "_call")],
    "memory and its journal": [
        (Memory, name) for name in ("perform", "rewind", "index", "text", "read")
    ],
    "trace: fold and write a row": [(Trace, "write")],
    "world: its process": [(RemoteWorld, "step")],
    "model: LangChain, and the layer that tries again": [(hear, "call_model")],
}
WAITING = "scaffold: its process"


class Ledger:
    """Seconds by label while it is open; the time of a part within another is the inner one's."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._labels = [REST]
        self._on = False
        self._since = 0.0

    def begin(self) -> None:
        self._on, self._since = True, time.perf_counter()

    def end(self) -> None:
        self._count()
        self._on = False

    def wrapped(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._count()
            self._labels.append(label)
            try:
                return function(*args, **kwargs)
            finally:
                self._count()
                self._labels.pop()

        return timed

    def _count(self) -> None:
        now = time.perf_counter()
        if self._on:
            self.seconds[self._labels[-1]] += now - self._since
        self._since = now

    def table(self, steps: int, whole: float) -> Table:
        """Milliseconds per step; `whole` is a step's mean."""
        table = Table("part of a step", "ms", "of it", title="where a whole step's time goes")
        for label, seconds in sorted(self.seconds.items(), key=lambda item: -item[1]):
            ms = seconds * 1000 / steps
            table.add_row(label, f"{ms:.2f}", f"{ms / whole:.0%}")
        inside = sum(s for label, s in self.seconds.items() if label not in OUTSIDE)
        table.add_row("overhead: without world and model", f"{inside * 1000 / steps:.2f}", "")
        return table


@contextmanager
def watched() -> Iterator[Ledger]:
    """Time the parts until the end of the block, between `begin` and `end`."""
    ledger = Ledger()
    frames = SimpleNamespace(**vars(wire))
    parts = {**PARTS, WAITING: [(frames, "send"), (frames, "receive")]}
    with ExitStack() as undo:
        undo.enter_context(patch.object(session, "wire", frames))
        for label, functions in parts.items():
            for owner, name in functions:
                timed = ledger.wrapped(vars(owner)[name], label)
                undo.enter_context(patch.object(owner, name, timed))
        yield ledger
