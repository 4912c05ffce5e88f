"""The journal: torn and corrupted lines, sizes of rows, and the files at any position."""

from pathlib import Path

import pytest

from automem_graph.memory.dictionary import DictFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.rows import Change, JournalError, Row, files_at
from automem_graph.protocols import Edit


def write(memory: Memory, step: int, text: str, turn: int = 0, file: str = "a.md") -> None:
    deed = Deed(step=step, turn=turn, routine="log", role="specialist", action="WRITE")
    assert memory.perform(deed, [Edit(op="replace", file=file, text=text)]).ok


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.jsonl"


@pytest.fixture
def memory(path: Path) -> Memory:
    return Memory(DictFiles(), path)


def test_no_journal_has_no_rows(path: Path) -> None:
    assert list(read_rows(path)) == []
    assert files_at(read_rows(path)) == {}


def test_the_files_at_any_position(memory: Memory, path: Path) -> None:
    write(memory, 0, "zero")
    write(memory, 2, "two")
    write(memory, 2, "two, again", turn=1)
    write(memory, 5, "five", file="b.md")
    rows = list(read_rows(path))
    assert files_at(rows, 0) == {}
    assert files_at(rows, 1) == files_at(rows, 2) == files_at(rows, 2, 0) == {"a.md": "zero\n"}
    assert files_at(rows, 2, 1) == {"a.md": "two\n"}
    assert files_at(rows, 3) == files_at(rows, 2, 7) == {"a.md": "two, again\n"}
    assert files_at(rows) == files_at(rows, 6) == {"a.md": "two, again\n", "b.md": "five\n"}


def test_a_row_does_not_grow_with_its_file(memory: Memory, path: Path) -> None:
    write(memory, 0, "x\n" * 50_000)
    before = path.stat().st_size
    write(memory, 1, "x\n" * 25_000 + "found water\n" + "x\n" * 25_000)
    assert path.stat().st_size - before < 250


def test_a_torn_last_line_is_left_out_and_then_cut_off(memory: Memory, path: Path) -> None:
    write(memory, 0, "zero")
    whole = path.read_bytes()
    write(memory, 1, "one")
    for torn in [path.read_bytes()[:-1], path.read_bytes()[: len(whole) + 5]]:
        path.write_bytes(torn)
        assert len(list(read_rows(path))) == 1
        opened = Memory(DictFiles(), path)
        assert opened.text("a.md") == "zero\n"
        assert path.read_bytes() == whole
        write(opened, 1, "one")
        assert files_at(read_rows(path)) == {"a.md": "one\n"}


def test_a_torn_line_by_another_process_is_repaired_by_the_next_write(
    memory: Memory, path: Path
) -> None:
    write(memory, 0, "zero")
    with path.open("ab") as file:
        file.write(b'{"step": 1, "tur')
    write(memory, 1, "one")
    assert [row.step for row in read_rows(path)] == [0, 1]


@pytest.mark.parametrize("line", [b"{}", b"not json", b"\xff\xfe", b"[1]", b"", b'{"step": "x"}'])
def test_a_corrupted_line_is_an_error_that_names_file_and_line(
    memory: Memory, path: Path, line: bytes
) -> None:
    write(memory, 0, "zero")
    write(memory, 1, "one")
    first, second = path.read_bytes().splitlines()
    for lines in ([first, line, second], [first, second, line]):
        path.write_bytes(b"\n".join(lines) + b"\n")
        where = rf"memory\.jsonl, line {lines.index(line) + 1}: not a row"
        with pytest.raises(JournalError, match=where):
            list(read_rows(path))
        with pytest.raises(JournalError, match=where):
            Memory(DictFiles(), path)


def test_rows_that_do_not_fit_each_other_are_an_error(memory: Memory, path: Path) -> None:
    write(memory, 0, "zero")
    write(memory, 1, "one")
    write(memory, 2, "two")
    first, _, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + third)
    with pytest.raises(JournalError, match="do not add up"):
        Memory(DictFiles(), path)


@pytest.mark.parametrize(
    "change",
    [
        Change(file="a", op="append", text="x"),
        Change(file="a", op="remove"),
        Change(file="a", op="splice", at=1, text="x", created=True),
        Change(file="b", op="append", text="x", created=True),
        Change(file="b", op="splice", cut=3),
    ],
)
def test_a_change_that_does_not_fit_names_its_row(change: Change) -> None:
    row = Row(step=7, turn=1, role="x", action="ADD", edits=(change,), chars=0, seal=0)
    start = Change(file="b", op="append", text="b\n", created=True)
    rows = [row.model_copy(update={"edits": (start,), "step": 0}), row]
    with pytest.raises(JournalError, match="ADD at step 7, turn 1"):
        files_at(rows)


def test_a_very_long_last_row_is_found(memory: Memory, path: Path) -> None:
    write(memory, 0, "zero")
    write(memory, 1, "".join(chr(1 + n % 31) for n in range(120_000)))
    assert Memory(DictFiles(), path).text("a.md") == memory.text("a.md")
