"""Visits to memory by tools: who comes, and what a conversation knows from one call to the next."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage
from langchain_core.runnables.config import ensure_config
from langgraph.runtime import Runtime, get_runtime

from automem_graph.agent.table import GAMEPLAY
from automem_graph.assistant.hearing import heard, news
from automem_graph.assistant.keeper import MemoryFor
from automem_graph.memory.names import check_name
from automem_graph.memory.open import open_memory
from automem_graph.memory.rows import Deed
from automem_graph.memory.shared import SharedMemory, Visit
from automem_graph.memory.sizes import measure
from automem_graph.memory.source import Heard, Source
from automem_graph.protocols import Answer, Edit

NO_RUNTIME: Any = None
"""In the place of a tool's runtime, where there is no graph to give it one."""

MOST_CONVERSATIONS = 1000
"""Conversations whose knowledge of the files is kept; the one that came least lately goes first."""

MOST_FILES = 300
"""Files that one conversation is known to have seen."""

MOST_TRIES = 50
"""Times that a revision is made anew because somebody else wrote in between."""


class Visitors:
    """The conversations that come to a memory, each with what it last saw of the files.

    That is kept in this process: after a restart a conversation has seen nothing. Calls without a
    thread id count as one conversation.
    """

    def __init__(self, memory: MemoryFor) -> None:
        self._memory = open_memory(memory) if isinstance(memory, str | os.PathLike) else memory
        self._lock = threading.Lock()
        self._looked: OrderedDict[str, dict[str, int]] = OrderedDict()

    @property
    def memory(self) -> SharedMemory:
        """The memory of the run in progress, or of a call outside of any."""
        return self._memory(_runtime()) if callable(self._memory) else self._memory

    @contextmanager
    def visit(self, source: Source) -> Iterator[Visit]:
        """A visit that begins with what the conversation knew, and adds to it."""
        before = self._known(source)
        visit = self.memory.visit(source, before)
        try:
            yield visit
        finally:
            after = visit.looked
            self._learn(source, {n: crc for n, crc in after.items() if before.get(n) != crc})

    def see(self, source: Source, name: str) -> str | None:
        """The whole file, which the conversation has seen then; None where there is none."""
        text = self.memory.text(name)
        if text is not None:
            self._learn(source, {name: measure(text).crc})
        return text

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

        So no change is lost, whoever else writes at the same time, and nobody has to have read the
        file before. What `make` raises is raised, and nothing is written. A change `by_place` is
        refused where the file is not as the conversation last saw it: its lines may have moved.
        """
        answer = Answer(ok=False, text=f"There is no file {name}.")
        known = self._known(source).get(name)
        for _ in range(MOST_TRIES):
            visit = self.memory.visit(source)
            text = visit.text(name)
            if text is None:
                break
            if by_place and _stale(known, text):
                return _changed(name)
            edit = Edit(op="replace", file=name, text=make(text))
            answer = visit.perform(as_deed(source, action, {"file": name}), [edit])
            if answer.ok and known == measure(text).crc:
                self._learn(source, visit.looked)  # else there are lines that it never saw
            if answer.ok or self.memory.text(name) == text:
                break
        return answer

    def move(self, source: Source, action: str, names: Mapping[str, str | None]) -> Answer:
        """Give files other names, or remove those whose new name is None.

        Refused where one is not as the conversation last saw it.
        """
        known, seen = self._known(source), {}
        written, gone = [], []
        visit = self.memory.visit(source)
        for name, new in names.items():
            text = visit.text(name) or ""
            if _stale(known.get(name), text):
                return _changed(name)
            gone.append(Edit(op="remove", file=name))
            if new is not None:
                written.append(Edit(op="replace", file=new, text=text))
                if name in known:
                    seen[new] = known[name]
        args = {"file": next(iter(names), "")}
        answer = visit.perform(as_deed(source, action, args), [*written, *gone])
        if answer.ok:
            self._learn(source, seen)
        return answer

    def _known(self, source: Source) -> dict[str, int]:
        with self._lock:
            return dict(self._looked.get(source.thread, {}))

    def _learn(self, source: Source, news: Mapping[str, int]) -> None:
        with self._lock:
            known = self._looked.setdefault(source.thread, {})
            self._looked.move_to_end(source.thread)
            for name, crc in news.items():
                if check_name(name) is None:
                    known.pop(name, None)
                    known[name] = crc
            for name in list(known)[:-MOST_FILES]:
                del known[name]
            while len(self._looked) > MOST_CONVERSATIONS:
                self._looked.popitem(last=False)


def writer(runtime: ToolRuntime[Any, Any] | None = None, tool: str = "") -> Source:
    """The source of what the conversation in progress writes by its tools.

    With a tool's runtime it is about what was new to the model that called the tool, and the call.
    """
    thread = ensure_config().get("configurable", {}).get("thread_id")
    named = "" if thread is None else str(thread)
    if not isinstance(runtime, ToolRuntime):
        return Source(thread=named, role=GAMEPLAY)
    messages = runtime.state.get("messages", []) if isinstance(runtime.state, Mapping) else []
    spoke = [at for at, one in enumerate(messages) if isinstance(one, AIMessage)]
    new = news(messages[: spoke[-1]] if spoke else messages)
    call = Heard(id=runtime.tool_call_id or "", kind="assistant", name=tool)
    step = max(len(spoke) - 1, 0)
    return Source(thread=named, step=step, role=GAMEPLAY, heard=(*heard(new), call))


def as_deed(source: Source, action: str, args: Mapping[str, str]) -> Deed:
    """What a tool does, as memory records it."""
    return Deed(step=source.step, turn=0, role=source.role, action=action, args=dict(args))


def out_of_reach(error: Exception) -> str:
    """A broken disk or log as a sentence; it names no place on this machine."""
    why = (error.strerror if isinstance(error, OSError) else "") or "its log is damaged"
    return f"Memory could not be reached just now ({why}); nothing was done. Go on without it."


def _stale(known: int | None, text: str) -> bool:
    """Whether a conversation has seen a file as it no longer is, or was told to read it first."""
    return known is not None and known != measure(text).crc


def _changed(name: str) -> Answer:
    return Answer(ok=False, text=f"{name} has changed since you read it; read it again first.")


def _runtime() -> Runtime[Any]:
    try:
        return get_runtime()
    except (RuntimeError, KeyError):  # outside of a graph
        return Runtime()
