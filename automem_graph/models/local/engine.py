"""The engine of a base model: calls of all threads of this process, generated in batches.

There is one for each base model, with one thread that computes. It ends with the process.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread

import torch

from automem_graph.models.local.calls import Completion, Prompt
from automem_graph.models.local.contents import contents
from automem_graph.models.local.decoding import decode
from automem_graph.models.local.weights import Weights

QUIET_S = 0.01
"""A batch begins when no call has come for so long: episodes that wait for the same batch come back
one after the other, a few milliseconds apart."""

MOST_ROWS = 64
"""Calls in one batch, as many as one process plays episodes at most."""

_THREADS = "OMP_NUM_THREADS"
"""The variable for more cores than one. Where worlds and other programs want them as well, threads
that wait for each other at every layer of a small model made it 70 times slower."""

_LEAVE_S = 5.0
"""Seconds that the process waits at its end for the token that is being computed."""

_Call = tuple[Prompt, "Future[Completion]"]


class Engine:
    """Batches calls, whichever adapters they are for."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._computing = Lock()
        self._leaving = False
        self._worker = Thread(target=self._work, name="automem-local", daemon=True)
        self._worker.start()
        atexit.register(self._leave)

    def mount(self, adapter: Path) -> str:
        """See `Weights.mount`; waits for the batch that is being generated."""
        with self._computing:
            return self.weights.mount(adapter)

    def submit(self, prompt: Prompt) -> Future[Completion]:
        """The reply to come; whatever fails in its batch is its exception."""
        completion: Future[Completion] = Future()
        self._calls.put((prompt, completion))
        return completion

    def _work(self) -> None:
        if _THREADS not in os.environ:
            torch.set_num_threads(1)
        while not self._leaving:
            batch = self._collect()
            if batch:
                with self._computing:
                    self._generate(batch)

    def _collect(self) -> Sequence[_Call]:
        """The calls of the next batch; the first one may be long in coming."""
        batch: list[_Call] = []
        while len(batch) < MOST_ROWS:
            try:
                call = self._calls.get(timeout=QUIET_S if batch else None)
            except Empty:
                break
            if call is None:
                break
            if call[1].set_running_or_notify_cancel():
                batch.append(call)
        return batch

    def _generate(self, batch: Sequence[_Call]) -> None:
        waiting = {number: completion for number, (_, completion) in enumerate(batch)}
        try:
            for complete in decode(self.weights, [prompt for prompt, _ in batch]):
                if self._leaving:
                    return
                for number, completion in complete.items():
                    waiting.pop(number).set_result(completion)
        except Exception as error:  # a boundary: it belongs to those who wait
            for call in waiting.values():
                call.set_exception(error)

    def _leave(self) -> None:
        """A thread in the middle of a computation would crash an interpreter that is ending."""
        self._leaving = True
        self._calls.put(None)
        self._worker.join(_LEAVE_S)


_ENGINES: dict[tuple[Path, str], Engine] = {}
_OPENING = Lock()


def engine_of(base: Path) -> Engine:
    """The engine of the model in a folder, which the first call loads; UnknownModel if it fails.

    One that was written anew in the same place is another model.
    """
    with _OPENING:
        version = (base, contents(f"local:{base}"))
        if version not in _ENGINES:
            _ENGINES[version] = Engine(Weights(base))
        return _ENGINES[version]
