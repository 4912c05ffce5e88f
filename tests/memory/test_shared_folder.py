"""A shared memory in a folder: hands, other processes, and what a folder may be planted with."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from automem_graph.memory.open import open_memory
from automem_graph.memory.rows import Deed, JournalError
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.protocols import Answer, Edit

LINES = 60


def do(memory: SharedMemory, op: str, file: str, text: str = "", thread: str = "t1") -> Answer:
    at = memory.visit(Source(thread=thread, role="specialist"))
    at.read(file)
    deed = Deed(step=0, turn=0, role="specialist", action=op.upper())
    return at.perform(deed, [Edit(op=op, file=file, text=text)])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "memories" / "anna"


@pytest.fixture
def memory(root: Path) -> SharedMemory:
    return open_memory(root)


def test_what_lies_on_disk(memory: SharedMemory, root: Path) -> None:
    assert not root.exists()
    do(memory, "append", "people/bob.md", "Bob likes tea.")
    assert sorted(path.name for path in root.iterdir()) == [".journal.jsonl", "people"]
    assert (root / "people/bob.md").read_text() == "Bob likes tea.\n"
    (line,) = (root / ".journal.jsonl").read_text().splitlines()
    row = json.loads(line)
    assert row.pop("at").endswith("+00:00")
    assert row == {
        "source": {"thread": "t1", "role": "specialist"},
        "action": "APPEND",
        "file": "people/bob.md",
        "op": "append",
        "added": ["Bob likes tea."],
    }


def test_what_is_no_folder_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="is no folder"):
        open_memory(tmp_path / "file")


def test_a_row_does_not_grow_with_its_file(memory: SharedMemory, root: Path) -> None:
    log = root / ".journal.jsonl"
    sizes = []
    for lines in (10, 10_000):
        do(memory, "replace", "a.md", "x\n" * lines)
        before = log.stat().st_size
        do(memory, "replace", "a.md", "x\n" * lines + "found water")
        sizes.append(log.stat().st_size - before)
    assert sizes[0] == sizes[1] < 250


# --- hands --------------------------------------------------------------------------------------


def test_hand_edits_are_adopted(memory: SharedMemory, root: Path) -> None:
    do(memory, "append", "a.md", "one\ntwo")
    (root / "a.md").write_text("by hand\ntwo\n")
    assert [(line.text, line.source is None) for line in memory.lines("a.md")] == [
        ("by hand", True),
        ("two", False),
    ]
    do(memory, "append", "a.md", "three")
    assert (root / "a.md").read_text() == "by hand\ntwo\nthree\n"
    (root / "a.md").unlink()
    (root / "b.md").write_text("new")
    assert [entry.name for entry in memory.index()] == ["b.md"]


def test_a_hand_edit_is_a_change_since_it_was_read(memory: SharedMemory, root: Path) -> None:
    do(memory, "append", "a.md", "one")
    at = memory.visit(Source())
    at.read("a.md")
    (root / "a.md").write_text("one\nby hand\n")
    deed = Deed(step=0, turn=0, role="specialist", action="WRITE")
    answer = at.perform(deed, [Edit(op="replace", file="a.md", text="mine")])
    assert "somebody else has written to it" in answer.text
    assert (root / "a.md").read_text() == "one\nby hand\n"


def test_files_of_other_forms_are_read_and_added_to(memory: SharedMemory, root: Path) -> None:
    root.mkdir(parents=True)
    (root / "unended.md").write_bytes(b"one\ntwo")
    (root / "dos.md").write_bytes(b"one\r\ntwo\r\n")
    (root / "odd.md").write_bytes(b"one\xff")
    assert [(entry.name, entry.lines) for entry in memory.index()] == [
        ("dos.md", 2),
        ("odd.md", 1),
        ("unended.md", 2),
    ]
    assert memory.text("dos.md") == memory.text("unended.md") == "one\ntwo\n"
    for name in ("unended.md", "dos.md", "odd.md"):
        assert do(memory, "append", name, "more").ok
    assert (root / "unended.md").read_bytes() == (root / "dos.md").read_bytes()
    assert (root / "dos.md").read_bytes() == b"one\ntwo\nmore\n"
    assert (root / "odd.md").read_text() == "one\ufffd\nmore\n"
    assert do(memory, "replace", "dos.md", "all new").ok


def test_hidden_files_are_no_memory(memory: SharedMemory, root: Path) -> None:
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "config").write_text("x")
    (root / ".hidden.md").write_text("x")
    do(memory, "append", "a.md", "x")
    assert [entry.name for entry in memory.index()] == ["a.md"]
    for name in (".journal.jsonl", ".hidden.md", ".git/config"):
        assert memory.text(name) is None
        assert not do(memory, "append", name, "x").ok
    assert (root / ".hidden.md").read_text() == "x"


# --- links and other plants ---------------------------------------------------------------------


def test_links_lead_nowhere(memory: SharedMemory, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    root.mkdir(parents=True)
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    (root / "out").symlink_to(tmp_path)
    (root / "new.md").symlink_to(tmp_path / "new.md")
    os.mkfifo(root / "pipe.md")
    assert memory.index() == ()
    for name in ("link.md", "out/secret.md", "new.md", "out/new.md", "pipe.md"):
        assert memory.text(name) is None
        for op in ("append", "replace"):
            answer = do(memory, op, name, "x")
            assert (
                answer.text
                == f"{name} cannot be written: something that is no file is in its place."
            )
        do(memory, "remove", name)
    assert (tmp_path / "secret.md").read_text() == "secret"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["memories", "secret.md"]
    assert all(row.refused for row in memory.history()), "what was not done is not told as done"


@pytest.mark.parametrize("plant", ["link", "dangling", "pipe", "folder"])
def test_a_log_that_is_no_file_is_an_error(
    memory: SharedMemory, root: Path, tmp_path: Path, plant: str
) -> None:
    root.mkdir(parents=True)
    log, outside = root / ".journal.jsonl", tmp_path / "outside"
    if plant == "link":
        outside.write_text("x\n")
    if plant == "pipe":
        os.mkfifo(log)
    elif plant == "folder":
        log.mkdir()
    else:
        log.symlink_to(outside)
    for use in (lambda: do(memory, "append", "a.md", "x"), lambda: list(memory.history())):
        with pytest.raises(JournalError, match=r"\.journal\.jsonl is no file"):
            use()
    assert memory.text("a.md") is None
    assert not outside.exists() or outside.read_text() == "x\n"


# --- a log that broke ---------------------------------------------------------------------------


def test_a_torn_line_is_left_out_and_then_cut_off(memory: SharedMemory, root: Path) -> None:
    do(memory, "append", "a.md", "one")
    log = root / ".journal.jsonl"
    whole = log.read_bytes()
    for torn in (b'{"at": "2026', b"x" * 200_000):
        log.write_bytes(whole + torn)
        assert [row.added for row in memory.history()] == [("one",)]
        do(memory, "append", "a.md", "two")
        assert log.read_bytes().startswith(whole)
        assert [row.added for row in memory.history()] == [("one",), ("two",)]


@pytest.mark.parametrize("line", [b"{}", b"nonsense", b"\xff", b""])
def test_a_broken_line_is_named(memory: SharedMemory, root: Path, line: bytes) -> None:
    do(memory, "append", "a.md", "one")
    with (root / ".journal.jsonl").open("ab") as log:
        log.write(line + b"\n")
    with pytest.raises(JournalError, match=r"journal\.jsonl, line 2: not a row"):
        memory.lines("a.md")
    with pytest.raises(JournalError, match="line 2"):
        memory.forget(thread="t1")
    assert do(memory, "append", "a.md", "two").ok
    assert memory.text("a.md") == "one\ntwo\n"


# --- many at once -------------------------------------------------------------------------------

WRITER = """
import sys, test_shared_folder as t
memory = t.open_memory(sys.argv[1])
for number in range(int(sys.argv[3])):
    assert t.do(memory, "append", "a.md", f"{sys.argv[2]} {number}", thread=sys.argv[2]).ok
    if number % 10 == 5:
        at = memory.visit(t.Source(thread="rewriter"))
        kept = [line for line in at.text("a.md").split("\\n") if not line.startswith("#")]
        at.perform(
            t.Deed(step=0, turn=0, role="x", action="X"),
            [t.Edit(op="replace", file="a.md", text="\\n".join([f"# {number}", *kept]))],
        )
"""


def writer(root: Path, who: str, lines: int = LINES) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, root, who, str(lines)], cwd=Path(__file__).parent
    )


def check_order(memory: SharedMemory, *writers: str) -> None:
    lines = (memory.text("a.md") or "").split("\n")
    for who in writers:
        mine = [line for line in lines if line.startswith(f"{who} ")]
        assert mine == [f"{who} {number}" for number in range(LINES)]


def test_processes_and_threads_lose_no_line(memory: SharedMemory, root: Path) -> None:
    """Two processes that add and rewrite, one of whose writers is forgotten meanwhile."""
    running = [writer(root, "one"), writer(root, "two"), writer(root, "bad")]
    forgotten = 0
    while any(process.poll() is None for process in running):
        forgotten += memory.forget(thread="bad").get("a.md", 0)
    assert [process.returncode for process in running] == [0, 0, 0]
    forgotten += memory.forget(thread="bad").get("a.md", 0)
    check_order(memory, "one", "two")
    assert forgotten == LINES
    assert not any(row.source.thread == "bad" for row in memory.history())
    sources = {line.source and line.source.thread for line in memory.lines("a.md")}
    assert sources <= {"one", "two", "rewriter"}


def test_a_killed_writer_leaves_whole_lines_with_their_source(
    memory: SharedMemory, root: Path
) -> None:
    process = writer(root, "one", lines=100_000)
    while len((memory.text("a.md") or "").split("\n")) < 20:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert do(memory, "append", "a.md", "after", thread="two").ok
    lines = memory.lines("a.md")
    assert lines[-1].text == "after"
    assert all(line.source is not None for line in lines)
    numbers = [int(line.text.split()[1]) for line in lines[:-1] if line.text.startswith("one")]
    assert numbers == list(range(len(numbers)))


def test_readers_see_whole_files_while_others_write(memory: SharedMemory) -> None:
    texts = ["a\n" * 3000, "b\n" * 4000]
    do(memory, "replace", "a.md", texts[0])
    done = threading.Event()

    def write() -> None:
        for number in range(60):
            do(memory, "replace", "a.md", texts[number % 2])
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = set()
    while not done.is_set():
        seen.add(memory.text("a.md"))
    thread.join()
    assert seen <= set(texts)
