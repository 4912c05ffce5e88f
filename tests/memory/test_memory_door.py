"""Memory: what it answers, what it refuses, and that nothing asked for raises."""

from pathlib import Path

import pytest

from automem_graph.memory.dictionary import DictFiles
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import JournalError, files_at
from automem_graph.protocols import Edit, MemoryView
from support.disk import disk_that_takes


def deed(step: int = 0, turn: int = 0, **fields: object) -> Deed:
    given = {"role": "specialist", "action": "WRITE", "routine": "log", **fields}
    return Deed.model_validate({"step": step, "turn": turn, **given})


def put(file: str, text: str) -> Edit:
    return Edit(op="replace", file=file, text=text)


def add(file: str, text: str) -> Edit:
    return Edit(op="append", file=file, text=text)


def drop(file: str) -> Edit:
    return Edit(op="remove", file=file)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "memory.jsonl"


@pytest.fixture
def memory(tmp_path: Path, journal: Path) -> Memory:
    quota = Quota(file_bytes=100, files=3, total_bytes=150, read_chars=20)
    return Memory(DirectoryFiles(tmp_path / "memory"), journal, quota)


def test_it_is_the_view_that_scaffolds_get(memory: Memory) -> None:
    view: MemoryView = memory
    assert view.index() == ()
    assert view.text("a.md") is None
    assert view.read("a.md").text == "There is no file a.md."


def test_edits_are_applied_in_order_and_in_normal_form(memory: Memory) -> None:
    answer = memory.perform(deed(), [add("a.md", "one\r\n"), add("a.md", "two"), put("b.md", "")])
    assert (answer.ok, answer.text) == (True, "")
    assert memory.text("a.md") == "one\ntwo\n"
    assert memory.read("a.md", 2).text == "two"
    assert memory.read("b.md").text == "b.md is empty."
    assert [(entry.name, entry.lines) for entry in memory.index()] == [("a.md", 2), ("b.md", 0)]


def test_reads_are_capped(memory: Memory) -> None:
    memory.perform(deed(), [put("a.md", "123456789\n" * 5)])
    assert memory.read("a.md").text.endswith("(lines 1-2 of 5; go on from line 3)")


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a\0", "", ".x", "\ud800"])
def test_a_bad_name_is_answered_everywhere(memory: Memory, name: str) -> None:
    assert memory.text(name) is None
    assert "is no file name" in memory.read(name).text
    for edit in [put(name, "x"), add(name, "x"), drop(name)]:
        answer = memory.perform(deed(args={"file": name}), [edit])
        assert not answer.ok
        assert "is no file name" in answer.text


def test_the_first_refused_edit_stops_the_rest(memory: Memory, journal: Path) -> None:
    answer = memory.perform(deed(), [add("a.md", "kept"), add("../x", "no"), add("b.md", "no")])
    assert not answer.ok
    assert [entry.name for entry in memory.index()] == ["a.md"]
    (row,) = read_rows(journal)
    assert row.refused == answer.text
    assert [change.file for change in row.edits] == ["a.md"]


def test_the_quotas(memory: Memory) -> None:
    assert "a file may hold 100" in memory.perform(deed(), [put("a.md", "x" * 100)]).text
    assert memory.perform(deed(), [put("a.md", "x" * 99)]).ok
    assert "would hold 102 bytes" in memory.perform(deed(), [add("a.md", "x")]).text
    assert "all of them may hold 150" in memory.perform(deed(), [put("b.md", "é" * 25)]).text
    assert memory.perform(deed(), [put("b.md", "1"), put("c.md", "")]).ok
    assert "There are 3 files" in memory.perform(deed(), [put("d.md", "")]).text
    assert memory.perform(deed(), [put("a.md", "short"), put("b.md", "é" * 40)]).ok
    assert memory.perform(deed(), [drop("c.md"), put("d.md", "")]).ok


def test_names_that_clash_are_refused(memory: Memory) -> None:
    memory.perform(deed(), [put("maps/a.md", "x")])
    assert "differs only by case" in memory.perform(deed(), [put("Maps/b.md", "x")]).text
    assert "is a folder" in memory.perform(deed(), [put("maps", "x")]).text
    assert "is a file" in memory.perform(deed(), [put("maps/a.md/b", "x")]).text
    assert memory.perform(deed(), [drop("maps/a.md"), put("maps", "x")]).ok


def test_a_planted_link_is_refused_and_not_followed(memory: Memory, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret\n")
    memory.perform(deed(), [put("b.md", "x")])
    (tmp_path / "memory/a.md").symlink_to(secret)
    for edit in [add("a.md", "x"), put("a.md", "x")]:
        answer = memory.perform(deed(), [edit])
        assert "something that is no file is in its place" in answer.text
    assert memory.read("a.md").text == "There is no file a.md."
    assert secret.read_text() == "secret\n"


def test_every_deed_is_one_row(memory: Memory, journal: Path) -> None:
    memory.perform(deed(0, 0, action="SEARCH", args={"file": "a", "keyword": "x"}, found=0))
    answer = memory.perform(deed(0, 1, action="FOO", problem="There is no action FOO."))
    assert (answer.ok, answer.text) == (False, "There is no action FOO.")
    memory.perform(deed(1, 0, role="scaffold", routine=None), [put("a", "é\n")])
    first, second, third = read_rows(journal)
    assert (first.found, first.args["keyword"], first.edits) == (0, "x", ())
    assert second.problem == "There is no action FOO."
    assert [row.chars for row in (first, second, third)] == [0, 0, 2]
    assert (third.role, third.position, third.edits[0].created) == ("scaffold", (1, 0), True)


def test_arguments_that_are_no_unicode_are_journaled(memory: Memory, journal: Path) -> None:
    memory.perform(deed(args={"text": "\ud800\0\u2028\n"}), [put("a.md", "\ud800")])
    assert [row.args["text"] for row in read_rows(journal)] == ["?\0\u2028\n"]
    assert memory.text("a.md") == "\ufffd\n"


def test_what_changes_nothing_is_no_change(memory: Memory, journal: Path) -> None:
    memory.perform(deed(), [put("a.md", "x\n")])
    assert memory.perform(deed(), [add("a.md", ""), drop("b.md")]).ok
    assert [len(row.edits) for row in read_rows(journal)] == [1, 0]


def test_a_deed_before_the_last_position_is_the_callers_mistake(memory: Memory) -> None:
    memory.perform(deed(3, 1), [put("a.md", "x")])
    with pytest.raises(ValueError, match=r"\(3, 0\) after a row at \(3, 1\)"):
        memory.perform(deed(3, 0), [put("a.md", "y")])
    assert memory.text("a.md") == "x\n"


def test_rewind_makes_a_repeated_turn_count_once(memory: Memory, journal: Path) -> None:
    memory.perform(deed(-1, 0), [add("a.md", "one")])
    before = journal.read_bytes()
    for _ in range(2):
        memory.rewind(0, 1)
        memory.perform(deed(0, 1), [add("a.md", "two"), put("b.md", "x")])
        memory.perform(deed(0, 2), [drop("a.md")])
    assert len(list(read_rows(journal))) == 3
    memory.rewind(0, 1)
    assert journal.read_bytes() == before
    assert memory.text("a.md") == "one\n"
    assert memory.text("b.md") is None
    memory.rewind(-1, 0)
    assert journal.read_bytes() == b""
    assert memory.index() == ()


def test_rewind_to_the_future_touches_nothing(memory: Memory, tmp_path: Path) -> None:
    memory.perform(deed(0, 0), [add("a.md", "one")])
    (tmp_path / "memory.jsonl").unlink()  # it would be noticed
    memory.rewind(0, 1)
    assert not (tmp_path / "memory.jsonl").exists()


def test_a_journal_rebuilds_another_directory(memory: Memory, journal: Path) -> None:
    memory.perform(deed(0, 0), [add("a.md", "one"), put("maps/b.md", "x")])
    memory.perform(deed(1, 0), [put("a.md", "two")])
    copy = Memory(DictFiles(), journal)
    assert copy.index() == memory.index()
    assert copy.text("a.md") == "two\n"


def test_opening_puts_back_what_a_crash_or_a_hand_changed(
    memory: Memory, tmp_path: Path, journal: Path
) -> None:
    memory.perform(deed(), [put("a.md", "step 11\n"), put("b.md", "x")])
    folder = tmp_path / "memory"
    (folder / "a.md").write_text("step 12\n")
    (folder / "b.md").unlink()
    (folder / "c.md").write_text("unknown\n")
    opened = Memory(DirectoryFiles(folder), journal)
    assert {e.name: opened.text(e.name) for e in opened.index()} == {
        "a.md": "step 11\n",
        "b.md": "x\n",
    }


def test_opening_finds_a_change_of_the_same_length_and_a_new_name(
    memory: Memory, tmp_path: Path, journal: Path
) -> None:
    memory.perform(deed(), [put("a.md", "step 11\n")])
    folder = tmp_path / "memory"
    (folder / "a.md").write_text("step 12\n")
    assert Memory(DirectoryFiles(folder), journal).text("a.md") == "step 11\n"
    (folder / "a.md").rename(folder / "b.md")
    assert Memory(DirectoryFiles(folder), journal).text("a.md") == "step 11\n"
    assert not (folder / "b.md").exists()


def test_files_without_a_journal_are_left_alone(tmp_path: Path, journal: Path) -> None:
    (tmp_path / "mine.md").write_text("mine\n")
    with pytest.raises(JournalError, match="no journal at"):
        Memory(DirectoryFiles(tmp_path), journal)
    assert (tmp_path / "mine.md").read_text() == "mine\n"


def test_replacing_what_a_hand_changed_keeps_the_journal_exact(
    memory: Memory, tmp_path: Path, journal: Path
) -> None:
    memory.perform(deed(), [put("a.md", "one\ntwo\n")])
    (tmp_path / "memory/a.md").write_text("changed by a hand\n")
    memory.perform(deed(), [put("a.md", "one\nthree\n")])
    assert files_at(read_rows(journal)) == {"a.md": "one\nthree\n"}


def test_a_disk_that_fails_in_an_edit_raises_and_leaves_the_journal_true(
    journal: Path, tmp_path: Path
) -> None:
    big = Memory(DirectoryFiles(tmp_path / "memory"), journal)
    big.perform(deed(), [put("a.md", "x" * 9000)])
    whole = journal.read_bytes()
    with disk_that_takes(len(whole) + 1), pytest.raises(OSError, match="space"):
        big.perform(deed(), [put("b.md", "lost"), add("a.md", "half" * 1000)])
    assert journal.read_bytes() == whole
    assert big.perform(deed(), [put("c.md", "next")]).ok
    found = {entry.name: big.text(entry.name) for entry in big.index()}
    assert found == files_at(read_rows(journal)) == {"a.md": "x" * 9000 + "\n", "c.md": "next\n"}


def test_a_disk_that_fails_in_the_journal_raises_and_the_deed_is_undone(
    memory: Memory, journal: Path
) -> None:
    memory.perform(deed(), [put("a.md", "kept")])
    whole = journal.read_bytes()
    with disk_that_takes(len(whole) + 9), pytest.raises(OSError, match="space"):
        memory.perform(deed(), [add("a.md", "undone"), put("b.md", "undone")])
    assert len(journal.read_bytes()) == len(whole) + 9
    assert memory.perform(deed(), []).ok
    assert journal.read_bytes().startswith(whole)
    assert len(list(read_rows(journal))) == 2
    assert {entry.name: memory.text(entry.name) for entry in memory.index()} == {"a.md": "kept\n"}
