"""What the runs of a memory agent share: the scaffold, its process, and where memory is."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langgraph.runtime import Runtime

from automem_graph.agent.codecs import CODECS, CodecName
from automem_graph.agent.table import SPECIALIST, Speaker
from automem_graph.assistant.desk import KeeperDesk, SetDesk
from automem_graph.assistant.hearing import heard, news
from automem_graph.assistant.state import MemoryState
from automem_graph.memory.open import open_memory
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.memory.tools import tool_of
from automem_graph.protocols import TaskCard
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold

MemoryFor = str | os.PathLike[str] | SharedMemory | Callable[[Runtime[Any]], SharedMemory]
"""Where memory is: a folder, an open memory, or who opens it for a run (per user, in a store)."""

Self = TypeVar("Self", bound="Keeper")


class NoToolCalls(ValueError):
    """The specialist makes no tool calls, which is how it was asked to write."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a run is beside: whose conversation it is, and who keeps its memory."""

    model: BaseChatModel
    memory: SharedMemory
    thread: str = ""


class Keeper:
    """The scaffold's host, started on first use and ended by `close`, and where memory is.

    Many threads may use it. It may be used again after `close`; one that nobody holds any more
    closes itself.
    """

    def __init__(
        self,
        memory: MemoryFor,
        *,
        scaffold: str | os.PathLike[str],
        card: TaskCard,
        codec: CodecName,
    ) -> None:
        self.where = open_memory(memory) if isinstance(memory, str | os.PathLike) else memory
        self._scaffold = load_scaffold(os.fspath(scaffold))
        self._card = card
        self._codec = CODECS[codec]
        self._lock = threading.Lock()
        self._hosts: dict[int, ScaffoldHost] = {}
        self._end = weakref.finalize(self, _close, self._hosts)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the scaffold's process; may be called again."""
        with self._lock:
            _close(self._hosts)

    def memory(self, runtime: Runtime[Any]) -> SharedMemory:
        """The memory of a run."""
        return self.where(runtime) if callable(self.where) else self.where

    def setter(self, beside: Callable[[Runtime[Any]], Beside]) -> SetDesk:
        """Sets desks for runs, each beside what `beside` says."""

        def set_desk(state: MemoryState, runtime: Runtime[Any]) -> KeeperDesk:
            by = beside(runtime)
            at = state.get("kept", {}).get("step", 0)
            new = news(state["messages"], state.get("kept"))
            source = Source(thread=by.thread, step=at, role=SPECIALIST, heard=heard(new))
            return KeeperDesk(
                card=self._card,
                models={SPECIALIST: self._speaker(by.model)},
                model_names={SPECIALIST: _name(by.model)},
                codec=self._codec,
                scaffold=self._scaffold,
                host=self._host(),
                memory=by.memory.visit(source, state.get("looked")),
                shared=by.memory,
                at=at,
            )

        return set_desk

    def _speaker(self, model: BaseChatModel) -> Speaker:
        if not self._codec.answers_calls:
            return model
        try:
            return model.bind_tools([tool_of(spec) for spec in self._scaffold.manifest.actions])
        except NotImplementedError:
            raise NoToolCalls(
                f"the model {_name(model)} makes no tool calls: leave codec='tool_calls' out"
            ) from None

    def _host(self) -> ScaffoldHost:
        """This process's host: a forked server's workers must not share one."""
        process = os.getpid()
        with self._lock:
            if process not in self._hosts:
                self._hosts[process] = ScaffoldHost.start(self._scaffold)
            return self._hosts[process]


def thread_of(runtime: Runtime[Any]) -> str:
    """The thread of a run; empty outside of one."""
    info = runtime.execution_info
    return (info.thread_id if info else None) or ""


def _close(hosts: dict[int, ScaffoldHost]) -> None:
    host = hosts.pop(os.getpid(), None)
    hosts.clear()
    if host is not None:
        host.close()


def _name(model: BaseChatModel) -> str:
    """What a model is called, as far as it says so."""
    for field in ("model_name", "model"):
        if isinstance(named := getattr(model, field, None), str):
            return named
    return model._llm_type
