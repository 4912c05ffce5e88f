"""Threads and processes that write one memory lose nothing."""

import subprocess
import sys
import threading
from pathlib import Path

from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.rows import files_at
from automem_graph.protocols import Edit

LINES = 60


def append_lines(memory: Memory, who: str) -> None:
    for number in range(LINES):
        deed = Deed(step=0, turn=0, role="specialist", action="APPEND")
        assert memory.perform(deed, [Edit(op="append", file="a.md", text=f"{who} {number}")]).ok


def check(base: Path, writers: list[str]) -> None:
    text = (base / "memory/a.md").read_text()
    lines = text.splitlines()
    for who in writers:
        mine = [line for line in lines if line.startswith(f"{who} ")]
        assert mine == [f"{who} {number}" for number in range(LINES)]
    assert len(lines) == LINES * len(writers)
    assert files_at(read_rows(base / "memory.jsonl")) == {"a.md": text}


def test_threads_share_a_memory(tmp_path: Path) -> None:
    shared = Memory(DirectoryFiles(tmp_path / "memory"), tmp_path / "memory.jsonl")
    other = Memory(DirectoryFiles(tmp_path / "memory"), tmp_path / "memory.jsonl")
    writers = {"one": shared, "two": shared, "three": other}
    threads = [
        threading.Thread(target=append_lines, args=(memory, who)) for who, memory in writers.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(tmp_path, list(writers))


def test_processes_share_a_memory(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, test_memory_sharing as t\n"
        "base = pathlib.Path(sys.argv[1])\n"
        "memory = t.Memory(t.DirectoryFiles(base / 'memory'), base / 'memory.jsonl')\n"
        "t.append_lines(memory, sys.argv[2])\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path, who], cwd=Path(__file__).parent)
        for who in ("one", "two")
    ]
    assert [process.wait() for process in running] == [0, 0]
    check(tmp_path, ["one", "two"])


def test_a_reader_sees_whole_texts_only(tmp_path: Path) -> None:
    memory = Memory(DirectoryFiles(tmp_path / "memory"), tmp_path / "memory.jsonl")
    texts = ["a\n" * 3000, "b\n" * 4000]
    memory.perform(
        Deed(step=0, turn=0, role="x", action="WRITE"),
        [Edit(op="replace", file="a.md", text=texts[0])],
    )
    done = threading.Event()

    def write() -> None:
        for number in range(200):
            edit = Edit(op="replace", file="a.md", text=texts[number % 2])
            memory.perform(Deed(step=0, turn=0, role="x", action="WRITE"), [edit])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(memory.text("a.md"))
        assert [entry.name for entry in memory.index()] == ["a.md"]
    writer.join()
    assert seen <= set(texts)
