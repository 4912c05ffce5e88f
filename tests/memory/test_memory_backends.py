"""One suite for every back end: they keep text by name, and agree on what they keep."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.memory.dictionary import DictFiles
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.protocols import FileEntry, MemoryFiles

BACK_ENDS: dict[str, Callable[[Path], MemoryFiles]] = {
    "directory": lambda folder: DirectoryFiles(folder / "memory"),
    "dictionary": lambda _: DictFiles(),
}


@pytest.fixture(params=BACK_ENDS)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryFiles:
    return BACK_ENDS[request.param](tmp_path)


def test_it_is_a_back_end(files: MemoryFiles) -> None:
    assert isinstance(files, MemoryFiles)


def test_nothing_is_there_at_first(files: MemoryFiles) -> None:
    assert files.index() == ()
    assert files.text("notes.md") is None
    assert files.text("maps/level_1.md") is None
    files.remove("notes.md")
    files.remove("maps/level_1.md")


def test_replace_creates_and_overwrites(files: MemoryFiles) -> None:
    files.replace("notes.md", "one\n")
    files.replace("notes.md", "two\nthree\n")
    assert files.text("notes.md") == "two\nthree\n"


def test_append_creates_and_adds(files: MemoryFiles) -> None:
    files.append("maps/level_1.md", "one\n")
    files.append("maps/level_1.md", "two é \u2028\n")
    assert files.text("maps/level_1.md") == "one\ntwo é \u2028\n"


def test_an_empty_file_is_a_file(files: MemoryFiles) -> None:
    files.replace("a.md", "")
    files.append("b.md", "")
    assert files.text("a.md") == files.text("b.md") == ""
    assert [entry.lines for entry in files.index()] == [0, 0]


def test_the_index_is_sorted_and_counts_lines(files: MemoryFiles) -> None:
    files.replace("b.md", "1\n2\n")
    files.replace("a/z.md", "1\n")
    files.replace("a/b/c.md", "\n")
    files.replace("B.md", "no\x0cline\u2028ends\n")
    expected = [("B.md", 1), ("a/b/c.md", 1), ("a/z.md", 1), ("b.md", 2)]
    assert files.index() == tuple(FileEntry(name=name, lines=lines) for name, lines in expected)
    files.append("b.md", "3\n")
    files.remove("a/z.md")
    assert [(e.name, e.lines) for e in files.index()] == [("B.md", 1), ("a/b/c.md", 1), ("b.md", 3)]


def test_a_folder_goes_with_its_last_file(files: MemoryFiles) -> None:
    files.replace("a/b/c.md", "x\n")
    files.remove("a/b/c.md")
    files.replace("a", "now a file\n")
    assert files.text("a") == "now a file\n"
    assert files.text("a/b/c.md") is None


NAMES = st.sampled_from(["a.md", "b.md", "maps/a.md", "maps/deep/a.md"])
TEXTS = st.text(st.sampled_from("ab\né"), max_size=8)
STEPS = st.tuples(st.sampled_from(["replace", "append", "remove"]), NAMES, TEXTS)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=12))
def test_the_back_ends_agree(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    ends = [make(tmp_path_factory.mktemp("agree")) for make in BACK_ENDS.values()]
    for op, name, text in steps:
        for files in ends:
            if op == "remove":
                files.remove(name)
            else:
                getattr(files, op)(name, text)
        first, second = ends
        assert first.index() == second.index()
        for entry in first.index():
            assert first.text(entry.name) == second.text(entry.name)
