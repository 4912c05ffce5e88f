"""A memory with a shared part: each name belongs to one of the two, and each keeps its rules."""

from pathlib import Path

import pytest

from automem_graph.memory.open import open_memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import Deed
from automem_graph.memory.scopes import with_shared
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.protocols import Answer, Edit


def do(memory: SharedMemory, op: str, file: str, text: str = "", thread: str = "t1") -> Answer:
    at = memory.visit(Source(thread=thread))
    at.read(file)
    deed = Deed(step=0, turn=0, role="specialist", action=op.upper())
    return at.perform(deed, [Edit(op=op, file=file, text=text)])


@pytest.fixture
def own() -> SharedMemory:
    return SharedMemory.in_process()


@pytest.fixture
def shared(tmp_path: Path) -> SharedMemory:
    memory = open_memory(tmp_path / "shared", ["rules.md"], quota=Quota(file_bytes=20))
    memory.write("rules.md", "be kind")
    memory.write("maps/town/north.md", "a well")
    return memory


def test_both_are_read_as_one(own: SharedMemory, shared: SharedMemory) -> None:
    memory = with_shared(own, shared)
    do(memory, "append", "notes.md", "mine")
    do(memory, "append", "zebra.md", "mine")
    names = ["notes.md", "shared/maps/town/north.md", "shared/rules.md", "zebra.md"]
    assert [entry.name for entry in memory.index()] == names
    assert memory.text("shared/maps/town/north.md") == "a well\n"
    assert memory.read("shared/rules.md").text == "be kind"
    assert memory.read("shared/x.md").text == "There is no file shared/x.md."
    assert [line.source and line.source.role for line in memory.lines("shared/rules.md")] == [
        "person"
    ]
    assert [entry.name for entry in own.index()] == ["notes.md", "zebra.md"]


@pytest.mark.parametrize("name", ["shared/rules.md", "shared/new.md", "Shared/new.md", "shared"])
def test_the_shared_part_is_read_only(own: SharedMemory, shared: SharedMemory, name: str) -> None:
    memory = with_shared(own, shared)
    for op in ("append", "replace", "remove"):
        assert not do(memory, op, name, "x").ok
    assert [entry.name for entry in shared.index()] == ["maps/town/north.md", "rules.md"]
    assert own.index() == ()


def test_the_shared_part_may_be_written_where_its_owner_lets_it(
    own: SharedMemory, shared: SharedMemory
) -> None:
    memory = with_shared(own, shared, "team", read_only=False)
    assert do(memory, "append", "team/news.md", "hello").ok
    assert shared.text("news.md") == "hello\n"
    assert own.index() == ()
    answer = do(memory, "append", "team/news.md", "x" * 20)
    assert answer.text.startswith("team/news.md would hold")
    assert do(memory, "append", "news.md", "x" * 20).ok
    assert "team/rules.md is read-only" in do(memory, "append", "team/rules.md", "x").text
    assert "name a file in it" in do(memory, "append", "team", "x").text
    assert "from team/news.md" in do(memory, "append", "team/News.md", "x").text
    assert [row.file for row in memory.history() if not row.refused] == [
        "news.md",
        "team/rules.md",
        "team/maps/town/north.md",
        "team/news.md",
    ]


def test_what_is_in_the_shared_part_is_seen_like_any_file(
    own: SharedMemory, shared: SharedMemory
) -> None:
    memory = with_shared(own, shared, read_only=False)
    at = memory.visit(Source(thread="t1"))
    deed = Deed(step=0, turn=0, role="specialist", action="WRITE")
    edit = Edit(op="replace", file="shared/maps/town/north.md", text="dry")
    assert "shared/maps/town/north.md was left as it is" in at.perform(deed, [edit]).text
    at.read("shared/maps/town/north.md")
    assert at.perform(deed, [edit]).ok
    assert shared.text("maps/town/north.md") == "dry\n"


def test_forgetting_leaves_alone_what_may_not_be_written(
    own: SharedMemory, shared: SharedMemory
) -> None:
    do(shared, "append", "news.md", "old")
    closed, open_ = with_shared(own, shared), with_shared(own, shared, read_only=False)
    do(closed, "append", "a.md", "x")
    assert closed.forget(thread="t1") == {"a.md": 1}
    assert open_.forget(thread="t1") == {"shared/news.md": 1}
    assert shared.text("news.md") is None


def test_what_lies_under_the_shared_name_is_not_seen(
    own: SharedMemory, shared: SharedMemory
) -> None:
    own.write("shared/secret.md", "mine")
    memory = with_shared(own, shared)
    assert memory.text("shared/secret.md") is None
    assert "shared/secret.md" not in [entry.name for entry in memory.index()]
    assert own.text("shared/secret.md") == "mine\n"


@pytest.mark.parametrize("at", ["", "a/b", "../x", ".x", "a b"])
def test_a_bad_folder_is_an_error(own: SharedMemory, shared: SharedMemory, at: str) -> None:
    with pytest.raises(ValueError, match="cannot be the folder of a shared memory"):
        with_shared(own, shared, at)


def test_parts_do_not_nest(own: SharedMemory, shared: SharedMemory) -> None:
    with pytest.raises(ValueError, match="cannot be the shared part"):
        with_shared(own, with_shared(own, shared))
