"""A shared memory in a LangGraph store, which cannot compare and swap: still no line is lost."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.store.sqlite import SqliteStore

from automem_graph.memory.archive import Overtaken
from automem_graph.memory.in_store import MOST_PIECES
from automem_graph.memory.items import PAGE
from automem_graph.memory.labels import label
from automem_graph.memory.open import store_memory
from automem_graph.memory.pieces import CLAIM_SECONDS, Pieces, joined
from automem_graph.memory.rows import Deed
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.protocols import Answer, Edit

WHERE = ("memories", "anna")
LINES = 30


def do(memory: SharedMemory, op: str, file: str, text: str = "", thread: str = "t1") -> Answer:
    at = memory.visit(Source(thread=thread, role="specialist"))
    at.read(file)
    deed = Deed(step=0, turn=0, role="specialist", action=op.upper())
    return at.perform(deed, [Edit(op=op, file=file, text=text)])


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


def items(store: BaseStore, kind: str = "=files") -> int:
    return len(store.search((*WHERE, kind), limit=10_000))


class Interrupted(InMemoryStore):
    """A store in which something happens just before a replacement is claimed."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], object] | None = None

    def put(self, namespace: Any, key: str, value: Any, *args: Any, **named: Any) -> None:
        happens, self.before = (self.before, None) if value.get("claimed") else (None, self.before)
        if happens:
            happens()
        super().put(namespace, key, value, *args, **named)


# --- writers that do not see each other ---------------------------------------------------------


def test_what_is_added_while_a_file_is_replaced_stays() -> None:
    store = Interrupted()
    mine, other = store_memory(store, WHERE), store_memory(store, WHERE)
    do(mine, "append", "a.md", "old")
    store.before = lambda: do(other, "append", "a.md", "meanwhile", thread="t2")
    assert do(mine, "replace", "a.md", "new").ok
    assert mine.text("a.md") == "new\nmeanwhile\n"
    assert [line.source and line.source.thread for line in mine.lines("a.md")] == ["t1", "t2"]


@pytest.mark.parametrize("op", ["replace", "remove"])
def test_of_two_replacements_one_is_told_of_the_other(op: str) -> None:
    store = Interrupted()
    mine, other = store_memory(store, WHERE), store_memory(store, WHERE)
    do(mine, "append", "a.md", "old")
    store.before = lambda: do(other, "replace", "a.md", "theirs", thread="t2")
    answer = do(mine, op, "a.md", "mine")
    assert "somebody else has written to it since you read it" in answer.text
    assert mine.text("a.md") == "theirs\n"
    assert [row.refused is None for row in mine.history()] == [True, True, False]
    assert do(mine, op, "a.md", "mine").ok


def test_of_two_who_make_the_same_file_one_is_told_of_the_other() -> None:
    store = Interrupted()
    mine, other = store_memory(store, WHERE), store_memory(store, WHERE)
    store.before = lambda: do(other, "replace", "a.md", "theirs", thread="t2")
    answer = do(mine, "replace", "a.md", "mine")
    assert "it holds 1 line that you have not read" in answer.text
    assert mine.text("a.md") == "theirs\n"


def test_a_claim_stands_in_the_way_for_a_while_and_never_counts(store: InMemoryStore) -> None:
    memory, pieces = store_memory(store, WHERE), Pieces(store, (*WHERE, "=files"))
    do(memory, "append", "a.md", "one")
    claim = {"file": "a.md", "text": "lost\n", "covers": [one.key for one in pieces.of("a.md")]}
    for age in (0.0, CLAIM_SECONDS + 1):
        where = (*WHERE, "=files", label("a.md"))
        store.put(where, "claim", {**claim, "claimed": time.time() - age})
        assert memory.text("a.md") == "one\n"
        assert do(memory, "replace", "a.md", "two").ok is (age > 0)
    assert memory.text("a.md") == "two\n"
    assert items(store) == 1


def test_forgetting_goes_on_after_somebody_was_faster() -> None:
    store = Interrupted()
    mine, other = store_memory(store, WHERE), store_memory(store, WHERE)
    do(mine, "append", "a.md", "keep", thread="good")
    do(mine, "append", "a.md", "secret", thread="bad")
    store.before = lambda: do(other, "replace", "a.md", "secret\nkeep\nmore", thread="good")
    assert mine.forget(thread="bad") == {"a.md": 1}
    assert mine.text("a.md") == "keep\nmore\n"


def test_many_replace_the_same_pieces_and_at_most_one_stays(store: InMemoryStore) -> None:
    for _ in range(30):
        store = InMemoryStore()
        pieces = Pieces(store, WHERE)
        known = [pieces.add("a.md", "one\n", []), pieces.add("a.md", "two\n", [])]
        won: list[str] = []
        ready = threading.Barrier(4)

        def run(text: str, pieces: Pieces = pieces, known: Any = known, ready: Any = ready) -> None:
            ready.wait()
            try:
                pieces.cover("a.md", text, known)
            except Overtaken:
                return
            won.append(text)  # noqa: B023

        threads = [threading.Thread(target=run, args=(f"{n}\n",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) <= 1
        assert joined(pieces.of("a.md")) == (won[0] if won else "one\ntwo\n")


def test_what_a_dead_writer_left_half_done_is_whole(store: InMemoryStore) -> None:
    """It had put its replacement, and deleted nothing yet."""
    memory, pieces = store_memory(store, WHERE), Pieces(store, (*WHERE, "=files"))
    do(memory, "append", "a.md", "one")
    do(memory, "append", "a.md", "two")
    before = list(store.search((*WHERE, "=files")))
    pieces.cover("a.md", "three\n", pieces.of("a.md"))
    for item in before:
        store.put(item.namespace, item.key, item.value)
    assert memory.text("a.md") == "three\n"
    assert do(memory, "append", "a.md", "four").ok
    assert memory.text("a.md") == "three\nfour\n"
    assert do(memory, "replace", "a.md", "five").ok
    assert memory.text("a.md") == "five\n"
    assert items(store) == 1


# --- other processes ----------------------------------------------------------------------------

WRITER = """
import sys, test_shared_store as t
with t.SqliteStore.from_conn_string(sys.argv[1]) as store:
    store.conn.execute("PRAGMA synchronous = OFF")
    memory = t.store_memory(store, t.WHERE)
    for number in range(t.LINES):
        assert t.do(memory, "append", "a.md", f"{sys.argv[2]} {number}", thread=sys.argv[2]).ok
        if number % 6 == 3:
            at = memory.visit(t.Source(thread="rewriter"))
            kept = [line for line in at.text("a.md").split("\\n") if not line.startswith("#")]
            at.perform(
                t.Deed(step=0, turn=0, role="x", action="X"),
                [t.Edit(op="replace", file="a.md", text="\\n".join([f"# {number}", *kept]))],
            )
"""


def test_processes_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with SqliteStore.from_conn_string(str(path)) as store:
        store.setup()
        running = [
            subprocess.Popen([sys.executable, "-c", WRITER, path, who], cwd=Path(__file__).parent)
            for who in ("one", "two")
        ]
        assert [process.wait() for process in running] == [0, 0]
        memory = store_memory(store, WHERE)
        lines = memory.lines("a.md")
        for who in ("one", "two"):
            mine = [line.text for line in lines if line.source and line.source.thread == who]
            # a line that is added in the moment of a rewrite may stand before what was rewritten
            assert sorted(mine) == sorted(f"{who} {number}" for number in range(LINES))
        assert len([line for line in lines if line.text.startswith("#")]) <= 1
        assert memory.forget(thread="one") == {"a.md": LINES}


# --- size ---------------------------------------------------------------------------------------


def test_many_additions_become_few_items(store: InMemoryStore) -> None:
    memory = store_memory(store, WHERE)
    for number in range(3 * MOST_PIECES):
        do(memory, "append", "a.md", str(number))
        assert items(store) <= MOST_PIECES
    assert memory.text("a.md") == "".join(f"{number}\n" for number in range(3 * MOST_PIECES))
    assert {line.source and line.source.thread for line in memory.lines("a.md")} == {"t1"}


def test_more_items_than_one_search_gives_are_all_there(store: InMemoryStore) -> None:
    memory = store_memory(store, WHERE)
    for number in range(PAGE + 30):
        do(memory, "append", f"f{number:03}.md", str(number), thread=f"t{number % 2}")
    assert len(memory.index()) == len(list(memory.history())) == PAGE + 30
    assert len(memory.forget(thread="t1")) == (PAGE + 30) / 2
    assert len(memory.index()) == (PAGE + 30) / 2


def test_a_store_that_others_write_to_is_read(store: InMemoryStore) -> None:
    """`InMemoryStore` does not lock what a search walks through."""
    memory = store_memory(store, WHERE)
    do(memory, "append", "a.md", "x")
    done = threading.Event()

    def others() -> None:
        number = 0
        while not done.is_set():
            number += 1
            store.put(("other", str(number % 500)), str(number), {"x": number})
            store.put((*WHERE, "=files", "a=2emd"), "junk", {"x": number})
            store.delete((*WHERE, "=files", "a=2emd"), "junk")

    thread = threading.Thread(target=others)
    thread.start()
    try:
        for number in range(150):
            assert memory.text("a.md") == "x\n"
            assert do(memory, "append", f"b{number % 3}.md", "y").ok
    finally:
        done.set()
        thread.join()


def test_nothing_is_embedded() -> None:
    asked: list[str] = []

    def embed(texts: list[str]) -> list[list[float]]:
        asked.extend(texts)
        return [[1.0] for _ in texts]

    store = InMemoryStore(index={"dims": 1, "embed": embed})
    memory = store_memory(store, WHERE)
    do(memory, "append", "a.md", "private")
    do(memory, "replace", "a.md", "private, too")
    assert memory.text("a.md") == "private, too\n"
    assert asked == []


# --- namespaces ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "namespace",
    [
        (),
        ("langgraph",),
        ("a.b", "c"),
        ("", ""),
        ("*", "?", "[a]"),
        ("../bob",),
        ("x" * 5000,),
        ("\ud800", "\0"),
        ("memories", "=files"),
    ],
)
def test_any_labels_make_a_namespace(store: InMemoryStore, namespace: tuple[str, ...]) -> None:
    memory, other = store_memory(store, namespace), store_memory(store, WHERE)
    do(other, "append", "a.md", "other")
    do(memory, "append", "a.md", "mine")
    assert memory.text("a.md") == "mine\n"
    assert other.text("a.md") == "other\n"


def test_a_memory_is_not_in_the_one_whose_labels_it_begins_with(store: InMemoryStore) -> None:
    places = [(), ("memories",), ("memories", "=files"), WHERE, (*WHERE, "a.md"), ("MEMORIES",)]
    memories = [store_memory(store, place) for place in places]
    for number, memory in enumerate(memories):
        do(memory, "append", f"{number}.md", str(number))
    for number, memory in enumerate(memories):
        assert [entry.name for entry in memory.index()] == [f"{number}.md"]
        assert len(list(memory.history())) == 1


def test_items_of_others_are_left_alone(store: InMemoryStore) -> None:
    for namespace in [WHERE, (*WHERE, "=files"), (*WHERE, "=files", "a=2emd"), (*WHERE, "=log")]:
        for value in (
            {},
            {"file": "a.md"},
            {"file": 3, "text": "x"},
            {"file": "../a", "text": "x"},
        ):
            store.put(namespace, str(value), value)
    store.put((*WHERE, "=files", "b"), "k", {"file": "a.md", "text": "smuggled\n"})
    store.put((*WHERE, "=files", "c=2emd"), "k", {"file": "c.md", "text": "c\n", "covers": 3})
    memory = store_memory(store, WHERE)
    assert [entry.name for entry in memory.index()] == ["c.md"]
    assert list(memory.history()) == []
    assert do(memory, "append", "a.md", "x").ok
    assert memory.text("a.md") == "x\n"


@pytest.mark.parametrize("namespace", ["anna", ("memories", None), ("memories", 3)])
def test_what_is_no_namespace_is_an_error(store: InMemoryStore, namespace: Any) -> None:
    with pytest.raises(ValueError, match="a namespace is a tuple of texts"):
        store_memory(store, namespace)
