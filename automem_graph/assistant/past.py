"""What was heard and recalled in model calls whose outcome the host's state may never keep.

A host keeps what its model node gives back only when that node ends well. Whoever asks the model
again, a middleware that retries, a run that is resumed after it failed or was interrupted, comes
with the same new messages: LOG has had them, and must not have them twice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, NamedTuple, TypeVar

from langchain_core.messages import HumanMessage
from langgraph.runtime import Runtime

from automem_graph.assistant.state import Kept

MOST_CALLS = 512
"""Model calls, and threads, that are remembered in this process; the oldest are forgotten."""

T = TypeVar("T")


class Outcome(NamedTuple):
    """What came of a step of memory."""

    recalled: HumanMessage | None
    kept: Kept


class _Call(NamedTuple):
    runtime: object
    marks: tuple[str, ...]
    outcome: Outcome


class Past:
    """The latest calls of this process; for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        self._heard: OrderedDict[str, list[str]] = OrderedDict()

    def same(self, runtime: Runtime[Any], marks: tuple[str, ...]) -> Outcome | None:
        """What came of this very call, where it is made once more in the same run of its node."""
        with self._lock:
            call = self._calls.get(_task(runtime))
        if call and call.runtime is runtime and call.marks == marks:
            return call.outcome
        return None

    def kept(self, runtime: Runtime[Any], kept: Kept) -> Kept:
        """What the host's state keeps, or what it would if its node had ended well."""
        with self._lock:
            call = self._calls.get(_task(runtime))
            heard = self._heard.get(_thread(runtime), [])
        last = call.outcome.kept if call else kept
        return {**last, "heard": list(dict.fromkeys((*last.get("heard", []), *heard)))}

    def note(self, runtime: Runtime[Any], marks: tuple[str, ...], outcome: Outcome) -> None:
        """Remember what came of a call."""
        with self._lock:
            _put(self._calls, _task(runtime), _Call(runtime, marks, outcome))
            _put(self._heard, _thread(runtime), outcome.kept.get("heard", []))


def _task(runtime: Runtime[Any]) -> str:
    """The id of the host's task: its checkpoint's, so a resumed one has it too, and no other."""
    info = runtime.execution_info
    return info.task_id if info else ""


def _thread(runtime: Runtime[Any]) -> str:
    info = runtime.execution_info
    return (info.thread_id if info else None) or ""


def _put(kept: OrderedDict[str, T], key: str, value: T) -> None:
    if not key:
        return
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST_CALLS:
        kept.popitem(last=False)
