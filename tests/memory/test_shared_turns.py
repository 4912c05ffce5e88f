"""Writers of a store, in any order of their calls: nothing is lost, nothing is there twice."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from langgraph.store.base import Op, Result
from langgraph.store.memory import InMemoryStore

from automem_graph.memory.archive import Overtaken
from automem_graph.memory.in_store import StoreFiles
from automem_graph.memory.pieces import Pieces, joined

WHERE = ("memories",)
FILE = "a.md"


class InTurns(InMemoryStore):
    """A store whose callers each wait for their turn before every call."""

    def __init__(self) -> None:
        super().__init__()
        self.gates: dict[int, tuple[threading.Semaphore, threading.Semaphore]] = {}

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        gate = self.gates.get(threading.get_ident())
        if gate:
            may, waits = gate
            waits.release()
            may.acquire()
        return super().batch(ops)

    def run(self, writers: list[Callable[[], None]], turns: list[int]) -> None:
        """Let the writers make one call each in the order of `turns`; then all of the rest."""
        waiting: list[tuple[threading.Semaphore, threading.Semaphore, threading.Thread]] = []
        for writer in writers:
            may, waits = threading.Semaphore(0), threading.Semaphore(0)

            def begin(writer: Any = writer, gate: Any = (may, waits)) -> None:
                self.gates[threading.get_ident()] = gate
                try:
                    writer()
                finally:
                    del self.gates[threading.get_ident()]
                    gate[1].release()

            thread = threading.Thread(target=begin)
            thread.start()
            waits.acquire()
            waiting.append((may, waits, thread))
        rest = [number for number in range(len(writers)) for _ in range(200)]
        for turn in [*turns, *rest]:
            may, waits, thread = waiting[turn % len(writers)]
            if self.gates and any(gate == (may, waits) for gate in self.gates.values()):
                may.release()
                waits.acquire()
        for _, _, thread in waiting:
            thread.join()


turns = st.lists(st.integers(0, 3), max_size=60)


@settings(max_examples=150)
@given(turns, st.booleans(), st.booleans())
@example([0, 1, 0, 1, 0, 1, 0, 1], True, False)
def test_whatever_the_order(order: list[int], begun: bool, compacting: bool) -> None:
    store = InTurns()
    pieces = Pieces(store, WHERE)
    if begun:
        pieces.add(FILE, "one\n", [])
        pieces.add(FILE, "two\n", pieces.of(FILE))
    won: list[str] = []

    def rewriter(mark: str) -> Callable[[], None]:
        """Reads the file and writes it anew with a line more, a few times."""

        def run() -> None:
            for number in range(2):
                known = pieces.of(FILE)
                line = f"{mark} {number}\n"
                try:
                    pieces.cover(FILE, (joined(known) or "") + line, known)
                except Overtaken:
                    continue
                won.append(line)

        return run

    def adder() -> None:
        for number in range(2):
            files = StoreFiles(pieces, pieces.all())
            files.append(FILE, f"added {number}\n")
            if compacting:
                try:
                    files.replace(FILE, files.text(FILE) or "")
                except Overtaken:
                    continue

    store.run([rewriter("first"), rewriter("second"), adder, rewriter("third")], order)
    expected = [*(["one\n", "two\n"] if begun else []), *won, "added 0\n", "added 1\n"]
    lines = (joined(pieces.of(FILE)) or "").splitlines(keepends=True)
    assert Counter(lines) == Counter(expected)
    assert lines.index("added 0\n") < lines.index("added 1\n")
