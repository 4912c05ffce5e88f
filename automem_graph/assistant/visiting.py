"""Visits to memory by tools: who comes, and what a conversation knows from one call to the next."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables.config import ensure_config
from langgraph.runtime import Runtime, get_runtime

from automem_graph.agent.speech import clean
from automem_graph.agent.table import GAMEPLAY
from automem_graph.assistant.create import MemoryFor
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.names import check_name
from automem_graph.memory.rows import Deed
from automem_graph.memory.shared import SharedMemory, Visit
from automem_graph.memory.source import Heard, Source
from automem_graph.memory.text import normal_form
from automem_graph.protocols import Answer, Edit

MOST_CONVERSATIONS = 1000
"""Conversations whose knowledge of the files is kept; the one that came least lately goes first."""

MOST_FILES = 300
"""Files that one conversation is known to have seen."""

MOST_TRIES = 50
"""Times that a revision is made anew because somebody else wrote in between."""

THREAD_CHARS = 200


class Visitors:
    """The conversations that come to a memory, each with what it last saw of the files.

    That is kept in this process: after a restart a conversation has seen nothing. Calls without a
    thread id count as one conversation.
    """

    def __init__(self, memory: MemoryFor) -> None:
        self._where = memory
        self._lock = threading.Lock()
        self._looked: OrderedDict[str, dict[str, int]] = OrderedDict()

    @property
    def memory(self) -> SharedMemory:
        """The memory of the run in progress, or of a call outside of any."""
        if callable(self._where):
            return self._where(_runtime())
        if not isinstance(self._where, SharedMemory):
            with self._lock:
                self._where = _opened(self._where)
        return self._where

    @contextmanager
    def visit(self, source: Source) -> Iterator[Visit]:
        """A visit that begins with what the conversation knew, and adds to it."""
        with self._lock:
            before = dict(self._looked.get(source.thread, {}))
        visit = self.memory.visit(source, before)
        try:
            yield visit
        finally:
            self._learn(source.thread, before, visit.looked)

    def revise(
        self,
        source: Source,
        action: str,
        name: str,
        make: Callable[[str], str],
        *,
        by_place: bool = False,
    ) -> Answer:
        """Replace a file by what `make` makes of its text; made anew where somebody else wrote.

        So no change is lost, whoever else writes at the same time. `make` gets the text in normal
        form. What it raises is raised, and nothing is written. A change `by_place` is refused where
        the file is not as the conversation last saw it: its lines may have moved.
        """
        answer = Answer(ok=False, text=f"There is no file {name}.")
        with self._lock:
            known = self._looked.get(source.thread, {}).get(name)
        for _ in range(MOST_TRIES):
            visit = self.memory.visit(source)
            text = visit.text(name)
            if text is None:
                break
            seen = visit.looked.get(name)
            if by_place and known not in (None, seen):
                return Answer(ok=False, text=f"{name} has changed since you saw it; read it again.")
            edit = Edit(op="replace", file=name, text=make(normal_form(text)))
            answer = visit.perform(as_deed(source, action, {"file": name}), [edit])
            if answer.ok:
                if known in (None, seen):  # else there are lines that the model never saw
                    self._learn(source.thread, {}, {name: visit.looked.get(name, 0)})
                break
            if self.memory.text(name) == text:
                break
        return answer

    def _learn(self, thread: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        news = {
            name: seen
            for name, seen in after.items()
            if before.get(name) != seen and check_name(name) is None
        }
        with self._lock:
            known = self._looked.setdefault(thread, {})
            self._looked.move_to_end(thread)
            for name, seen in news.items():
                known.pop(name, None)
                known[name] = seen
            for name in list(known)[:-MOST_FILES]:
                del known[name]
            while len(self._looked) > MOST_CONVERSATIONS:
                self._looked.popitem(last=False)


def writer(*, step: int = 0, heard: tuple[Heard, ...] = ()) -> Source:
    """The source of what the conversation in progress writes by its tools."""
    thread = ensure_config().get("configurable", {}).get("thread_id")
    name = "" if thread is None else clean(str(thread))[:THREAD_CHARS]
    return Source(thread=name, step=step, role=GAMEPLAY, heard=heard)


def as_deed(source: Source, action: str, args: Mapping[str, str]) -> Deed:
    """What a tool does, as memory records it."""
    return Deed(step=source.step, turn=0, role=source.role, action=action, args=dict(args))


def out_of_reach(error: Exception) -> str:
    """A broken disk or record as a sentence; it names no place on this machine."""
    why = (error.strerror if isinstance(error, OSError) else "") or "its record is damaged"
    return f"Memory could not be reached just now ({why}); nothing was done. Go on without it."


def _runtime() -> Runtime[Any]:
    try:
        return get_runtime()
    except (RuntimeError, KeyError):  # outside of a graph
        return Runtime()


def _opened(where: str | os.PathLike[str]) -> SharedMemory:
    return SharedMemory(DirectoryFiles(Path(where)))
