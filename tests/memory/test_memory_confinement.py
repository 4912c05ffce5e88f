"""Whatever is asked for, in any order: nothing leaves the directory, nothing is lost."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import files_at
from automem_graph.memory.text import normal_form
from automem_graph.protocols import Edit

QUOTA = Quota(file_bytes=60, files=4, total_bytes=120, read_chars=30)
OUTSIDE = {"secret.md": "secret\n", "deep/secret.md": "deep\n"}
PLANTED = ["link.md", "folder", "dangling.md", "pipe.md"]

names = st.one_of(
    st.sampled_from(["a.md", "b.md", "A.md", "maps/a.md", "maps", "maps/x/y", "x/y/z"]),
    st.sampled_from([*PLANTED, "folder/secret.md", "folder/new.md", "link.md/x", "pipe.md/x"]),
    st.sampled_from(["../outside/secret.md", "../memory.jsonl", "/etc/passwd", "a/../../x", "\0"]),
    st.sampled_from([".unfinished", "..", "", "a\\b", "x" * 70, "\ud800"]),
    st.text(max_size=12),
)
texts = st.one_of(
    st.text(max_size=20), st.text("ab\n\r\0", max_size=12), st.just("é" * 31), st.just("x" * 200)
)
edits = st.lists(
    st.builds(Edit, op=st.sampled_from(["append", "replace", "remove"]), file=names, text=texts),
    max_size=3,
)
sequences = st.lists(st.one_of(edits, edits, st.integers(0, 8)), max_size=12)
"""Deeds by their edits, and steps to rewind to."""


@contextmanager
def a_memory() -> Iterator[tuple[Memory, Path]]:
    """A memory with links, a FIFO and a folder planted in it, beside files that it must not see."""
    with tempfile.TemporaryDirectory() as top:
        base = Path(top)
        for name, text in OUTSIDE.items():
            (base / "outside" / name).parent.mkdir(parents=True, exist_ok=True)
            (base / "outside" / name).write_text(text)
        folder = base / "memory"
        folder.mkdir()
        (folder / "link.md").symlink_to("../outside/secret.md")
        (folder / "folder").symlink_to("../outside")
        (folder / "dangling.md").symlink_to("../outside/new.md")
        os.mkfifo(folder / "pipe.md")
        yield Memory(DirectoryFiles(folder), base / "memory.jsonl", QUOTA), base


def on_disk(folder: Path) -> dict[str, str]:
    """Every regular file of a folder, found without the code under test."""
    found = {}
    for top, _, files in os.walk(folder):
        for file in files:
            path = Path(top) / file
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(folder).as_posix()] = path.read_bytes().decode()
    return found


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def check_quota(files: dict[str, str]) -> None:
    sizes = [len(text.encode()) for text in files.values()]
    assert len(sizes) <= QUOTA.files
    assert sum(sizes) <= QUOTA.total_bytes
    assert max(sizes, default=0) <= QUOTA.file_bytes


@settings(max_examples=150, deadline=None)
@given(sequences)
def test_any_sequence_stays_inside_within_the_quota_and_true_to_its_journal(
    sequence: list[list[Edit] | int],
) -> None:
    with a_memory() as (memory, base):
        ends: list[dict[str, str]] = []  # the files at the end of each step
        for asked in sequence:
            if isinstance(asked, int):
                memory.rewind(asked, 0)
                del ends[asked:]
            else:
                for edit in asked:
                    memory.text(edit.file)
                    memory.read(edit.file)
                memory.perform(Deed(step=len(ends), turn=0, role="x", action="WRITE"), asked)
                ends.append(on_disk(base / "memory"))
            rows = list(read_rows(base / "memory.jsonl"))
            files = on_disk(base / "memory")
            assert files == files_at(rows) == (ends[-1] if ends else {})
            assert [files_at(rows, step + 1) for step in range(len(ends))] == ends
            assert [row.chars for row in rows] == [sum(map(len, end.values())) for end in ends]
            assert [entry.name for entry in memory.index()] == sorted(files)
            check_quota(files)
        assert on_disk(base / "outside") == OUTSIDE
        assert names_in(base) == {"memory", "memory.jsonl", "outside"}
        assert set(PLANTED) <= names_in(base / "memory")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a.md", "maps/b.md"]), texts), max_size=10))
def test_appended_text_is_all_there_or_refused(appends: list[tuple[str, str]]) -> None:
    with a_memory() as (memory, _):
        kept: dict[str, str] = {}
        for step, (name, text) in enumerate(appends):
            deed = Deed(step=step, turn=0, role="specialist", action="APPEND")
            if memory.perform(deed, [Edit(op="append", file=name, text=text)]).ok:
                kept[name] = kept.get(name, "") + normal_form(text)
        assert {entry.name: memory.text(entry.name) for entry in memory.index()} == kept


@settings(max_examples=40, deadline=None)
@given(st.lists(edits, min_size=1, max_size=6), st.data())
def test_rewind_is_exact_to_the_byte(sequence: list[list[Edit]], data: st.DataObject) -> None:
    with a_memory() as (memory, base):
        journals, folders = [], []
        for turn, asked in enumerate(sequence):
            journals.append((base / "memory.jsonl").read_bytes())
            folders.append(on_disk(base / "memory"))
            memory.perform(Deed(step=turn // 3, turn=turn % 3, role="x", action="WRITE"), asked)
        back = data.draw(st.integers(0, len(sequence) - 1))
        memory.rewind(back // 3, back % 3)
        assert (base / "memory.jsonl").read_bytes() == journals[back]
        assert on_disk(base / "memory") == folders[back]


@settings(max_examples=40, deadline=None)
@given(st.lists(edits, min_size=1, max_size=5), st.data())
def test_a_journal_torn_anywhere_opens_as_its_whole_rows(
    sequence: list[list[Edit]], data: st.DataObject
) -> None:
    with a_memory() as (memory, base):
        journal = base / "memory.jsonl"
        for step, asked in enumerate(sequence):
            memory.perform(Deed(step=step, turn=0, role="x", action="WRITE"), asked)
        whole = journal.read_bytes()
        torn = whole[: data.draw(st.integers(0, len(whole)))]
        journal.write_bytes(torn)
        opened = Memory(DirectoryFiles(base / "memory"), journal, QUOTA)
        assert journal.read_bytes() == torn[: torn.rfind(b"\n") + 1]
        assert on_disk(base / "memory") == files_at(read_rows(journal))
        assert opened.perform(Deed(step=9, turn=0, role="x", action="READ")).ok
