"""Every user's memory is their own, whatever they are called and whatever they ask for."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from langgraph.runtime import Runtime
from langgraph.store.memory import InMemoryStore

from automem_graph.assistant.places import Place, in_store, per_user
from automem_graph.memory.labels import label
from automem_graph.memory.rows import Deed
from automem_graph.memory.shared import SharedMemory
from automem_graph.memory.source import Source
from automem_graph.protocols import Edit


@dataclass
class Who:
    user: Any


def of(user: Any, **more: Any) -> Runtime[Any]:
    return Runtime(context=Who(user), **more)


def user_of(runtime: Runtime[Any]) -> Any:
    return runtime.context.user


def write(memory: SharedMemory, op: str, file: str, text: str = "") -> bool:
    at = memory.visit(Source(thread="t"))
    at.read(file)
    deed = Deed(step=0, turn=0, role="specialist", action="X")
    return at.perform(deed, [Edit(op=op, file=file, text=text)]).ok


USERS = [
    *("bob", "Bob", "../bob", "bob/", "./bob", "a.b", "*", "", "..", ".", "/", "/etc", "bob\0"),
    *("langgraph", "=62ob", "=", "=files", "=log", "x" * 5000, "x" * 5001, " ", "bob ", "-rf"),
    *("b\u00f6b", "bo\u0308b", "\ud800", "\u0130", "\u212a", "k", "CON", "notes.md"),
    ".journal.jsonl",
]
users = st.one_of(st.sampled_from(USERS), st.text(max_size=30), st.text("ab./=A", max_size=5))
SECRET = "B's secret"


@given(users, users)
def test_no_two_users_have_the_same_name(one: str, other: str) -> None:
    assert (label(one) == label(other)) == (one == other)
    assert label(one) == label(one).lower(), "so that it is the same where case is folded"
    assert label(one).isascii()
    assert 0 < len(label(one)) <= 120
    assert not set(label(one)) & set("./\\*?:%\0 ")
    assert label(one) not in ("langgraph", "=files", "=log")


names = st.one_of(
    st.sampled_from(
        ["a.md", "../bob/a.md", "../a.md", "bob/a.md", "=files/a.md", "/tmp/a.md", "x/../a.md"]
    ),
    users,
    users.map(lambda user: f"../{label(user)}/a.md"),
)
attempts = st.lists(st.tuples(st.sampled_from(["append", "replace", "remove"]), names), max_size=8)


def attack(place: Place, mine: str, theirs: str, tried: list[tuple[str, str]]) -> None:
    """Whatever one user's run does: it does not see, change or forget what is another's."""
    other = place(of(theirs))
    assert write(other, "append", "a.md", SECRET)
    before = [row.model_dump() for row in other.history()]
    memory = place(of(mine))
    for op, name in tried:
        write(memory, op, name, "mine")
        assert SECRET not in (memory.text(name) or "")
        assert SECRET not in memory.read(name).text
    assert not any(SECRET in (memory.text(entry.name) or "") for entry in memory.index())
    assert not any(SECRET in row.model_dump_json() for row in memory.history())
    memory.forget(thread="t")
    assert memory.index() == ()
    assert [entry.name for entry in other.index()] == ["a.md"]
    assert other.text("a.md") == f"{SECRET}\n"
    assert [row.model_dump() for row in other.history()] == before
    assert len(other.lines("a.md")) == 1


@settings(max_examples=60)
@given(users, users, attempts)
@example("alice", "bob", [("replace", "../bob/a.md")])
@example("BOB", "bob", [("remove", "a.md")])
def test_a_folder_for_each_user(mine: str, theirs: str, tried: list[tuple[str, str]]) -> None:
    assume(mine and theirs and mine != theirs)
    with tempfile.TemporaryDirectory() as top:
        root = Path(top) / "users"
        attack(per_user(root, user_of), mine, theirs, tried)
        assert list(Path(top).iterdir()) == [root]
        assert len(list(root.iterdir())) == 2


@settings(max_examples=60)
@given(users, users, attempts, st.booleans())
def test_a_namespace_for_each_user(
    mine: str, theirs: str, tried: list[tuple[str, str]], deep: bool
) -> None:
    assume(mine and theirs and mine != theirs)
    store = InMemoryStore()

    def namespace(runtime: Runtime[Any]) -> tuple[str, ...]:
        user = runtime.context.user
        return ("memories", mine, user) if deep and user == theirs else ("memories", user)

    attack(in_store(namespace, store), mine, theirs, tried)


@pytest.mark.parametrize("user", [None, "", 0, 7, b"bob", ("bob",), False])
def test_a_run_without_a_user_is_an_error(tmp_path: Path, user: Any) -> None:
    places = [
        per_user(tmp_path, user_of),
        in_store(lambda runtime: ("memories", runtime.context.user), InMemoryStore()),
    ]
    for place in places:
        with pytest.raises(ValueError, match="is given for this run"):
            place(of(user))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("namespace", [(), "bob", None])
def test_a_run_without_a_namespace_is_an_error(namespace: Any) -> None:
    place = in_store(lambda _: namespace, InMemoryStore())
    with pytest.raises(ValueError, match="a namespace is a tuple of texts"):
        place(of("bob"))


def test_without_a_store_the_runs_own_is_used() -> None:
    place = in_store(lambda runtime: ("memories", runtime.context.user))
    store = InMemoryStore()
    assert write(place(of("bob", store=store)), "append", "a.md", "x")
    assert place(of("bob", store=store)).text("a.md") == "x\n"
    assert store.list_namespaces(prefix=("memories", "bob"))
    with pytest.raises(ValueError, match="there is no store to keep memory in"):
        place(of("bob"))


def test_a_users_folder_that_is_a_link_is_an_error(tmp_path: Path) -> None:
    place = per_user(tmp_path, user_of)
    write(place(of("bob")), "append", "a.md", SECRET)
    (tmp_path / "mallory").symlink_to(tmp_path / "bob")
    with pytest.raises(ValueError, match="is a link"):
        place(of("mallory"))


def test_a_users_memory_is_opened_once(tmp_path: Path) -> None:
    place = per_user(tmp_path, user_of, read_only=["profile.md"])
    memory = place(of("bob"))
    assert place(of("bob")) is memory
    assert place(of("Bob")) is not memory
    assert not write(memory, "append", "profile.md", "x")


def test_a_relative_root_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = per_user("users", user_of)
    monkeypatch.chdir("/")
    write(place(of("bob")), "append", "a.md", "x")
    assert (tmp_path / "users" / "bob" / "a.md").read_text() == "x\n"
