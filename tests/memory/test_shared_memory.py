"""One suite for a shared memory wherever it is kept: what many conversations may rely on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from langgraph.store.memory import InMemoryStore
from langgraph.store.sqlite import SqliteStore

from automem_graph.memory.open import open_memory, store_memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import Deed
from automem_graph.memory.shared import SharedMemory, Visit
from automem_graph.memory.source import Heard, Source
from automem_graph.protocols import Answer, Edit

QUOTA = Quota(file_bytes=4000, files=5, total_bytes=6000, read_chars=60)
READ_ONLY = ("profile.md", "policies/")
Open = Callable[..., SharedMemory]


def sqlite(stack: ExitStack, where: Path) -> SqliteStore:
    store = stack.enter_context(SqliteStore.from_conn_string(str(where)))
    store.setup()
    store.conn.execute("PRAGMA synchronous = OFF")  # no test waits for a disk
    return store


KINDS = ["folder", "store", "sqlite", "process"]


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens a new memory of a kind."""
    with ExitStack() as stack:

        def make(quota: Quota | None = None, read_only: tuple[str, ...] = ()) -> SharedMemory:
            if request.param == "folder":
                return open_memory(tmp_path / "anna", read_only, quota=quota)
            if request.param == "process":
                return SharedMemory.in_process(quota=quota, read_only=read_only)
            store = InMemoryStore()
            if request.param == "sqlite":
                store = sqlite(stack, tmp_path / "store.db")
            return store_memory(store, ("memories", "Anna B."), read_only, quota=quota)

        yield make


@pytest.fixture
def memory(opened: Open) -> SharedMemory:
    return opened()


def visit(memory: SharedMemory, thread: str = "t1", step: int = 0, *heard: str) -> Visit:
    said = tuple(Heard(id=one, kind="human") for one in heard)
    return memory.visit(Source(thread=thread, step=step, role="specialist", heard=said))


def do(at: Visit, op: str, file: str, text: str = "", role: str = "specialist") -> Answer:
    deed = Deed(step=0, turn=0, routine="log", role=role, action=op.upper())
    return at.perform(deed, [Edit(op=op, file=file, text=text)])


def looked_up(at: Visit, found: int | None = None) -> None:
    """What follows an action that only looked; `found` is given for a search."""
    at.perform(Deed(step=0, turn=0, routine="plan", role="specialist", action="X", found=found))


def wrote(at: Visit, op: str, file: str, text: str = "") -> None:
    assert do(at, op, file, text) == Answer(ok=True, text="")


def by_thread(memory: SharedMemory, name: str) -> list[tuple[str, str | None]]:
    return [(line.text, line.source and line.source.thread) for line in memory.lines(name)]


# --- files --------------------------------------------------------------------------------------


def test_nothing_is_there_at_first(memory: SharedMemory) -> None:
    assert memory.index() == ()
    assert memory.text("notes.md") is None
    assert memory.read("notes.md") == Answer(ok=False, text="There is no file notes.md.")
    assert memory.lines("notes.md") == ()
    assert list(memory.history()) == []


def test_files_are_written_added_to_and_removed(memory: SharedMemory) -> None:
    at = visit(memory)
    wrote(at, "append", "maps/a.md", "one")
    wrote(at, "append", "maps/a.md", "two é \u2028")
    wrote(at, "replace", "b.md", "")
    assert memory.text("maps/a.md") == "one\ntwo é \u2028\n"
    assert [(e.name, e.lines) for e in memory.index()] == [("b.md", 0), ("maps/a.md", 2)]
    wrote(at, "replace", "maps/a.md", "three")
    assert memory.text("maps/a.md") == "three\n"
    wrote(at, "remove", "maps/a.md")
    wrote(at, "remove", "maps/a.md")
    wrote(at, "append", "maps", "now a file")
    assert [entry.name for entry in at.index()] == ["b.md", "maps"]


def test_text_is_kept_in_normal_form(memory: SharedMemory) -> None:
    at = visit(memory)
    wrote(at, "append", "a.md", "one\r\ntwo\rthree\0\n\n")
    wrote(at, "append", "a.md", "\ud800")
    assert memory.text("a.md") == "one\ntwo\nthree\n\ufffd\n"


def test_a_long_file_is_read_in_pages(opened: Open) -> None:
    memory = opened(QUOTA)
    wrote(visit(memory), "append", "a.md", "\n".join(f"line {n} of many" for n in range(1, 9)))
    first = memory.read("a.md")
    assert first.text.startswith("line 1 of many\n")
    assert first.text.endswith("(lines 1-4 of 8; go on from line 5)")
    assert visit(memory).read("a.md", 7).text == "line 7 of many\nline 8 of many"


@pytest.mark.parametrize("name", ["../a.md", "/etc/passwd", "a/b/c/d", ".journal.jsonl", "", "=a"])
def test_what_is_no_name_is_answered(memory: SharedMemory, name: str) -> None:
    at = visit(memory)
    for op in ("append", "replace", "remove"):
        answer = do(at, op, name, "x")
        assert not answer.ok
        assert "is no file name here" in answer.text
    assert not memory.read(name).ok
    assert memory.text(name) is None
    assert memory.index() == ()


def test_names_do_not_clash(memory: SharedMemory) -> None:
    at = visit(memory)
    wrote(at, "append", "notes.md", "x")
    assert "differs only by case" in do(at, "append", "Notes.md", "x").text
    assert "is a file" in do(at, "append", "notes.md/x", "x").text


def test_quotas_hold(opened: Open) -> None:
    memory = opened(QUOTA)
    at = visit(memory)
    assert "a file may hold 4,000" in do(at, "append", "a.md", "x" * 4000).text
    wrote(at, "append", "a.md", "x" * 3999)
    assert "a file may hold 4,000" in do(at, "append", "a.md", "x").text
    assert "all of them may hold 6,000" in do(at, "append", "b.md", "x" * 2000).text
    for name in ("b.md", "c.md", "d.md", "e.md"):
        wrote(at, "append", name, "x")
    assert "there may be no more" in do(at, "append", "f.md", "x").text
    assert len(memory.text("a.md") or "") == 4000


def test_edits_run_up_to_the_first_that_is_refused(memory: SharedMemory) -> None:
    at = visit(memory)
    edits = [Edit(op="append", file=name, text="x") for name in ("a.md", "../b.md", "c.md")]
    deed = Deed(step=0, turn=0, role="scaffold", action="after_log")
    assert not at.perform(deed, edits).ok
    assert [entry.name for entry in memory.index()] == ["a.md"]


def test_a_malformed_call_is_answered_with_its_problem(memory: SharedMemory) -> None:
    deed = Deed(step=0, turn=0, role="specialist", action="READ", problem="READ needs a file.")
    assert visit(memory).perform(deed) == Answer(ok=False, text="READ needs a file.")
    assert list(memory.history()) == []


# --- read-only ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["profile.md", "policies/refunds.md", "Profile.md", "policies"])
def test_what_is_read_only_is_not_written(opened: Open, name: str) -> None:
    memory = opened(read_only=READ_ONLY)
    memory.write("profile.md", "Anna")
    memory.write("policies/refunds.md", "30 days")
    before = [memory.text(entry.name) for entry in memory.index()]
    at = visit(memory)
    at.read(name)
    for op in ("append", "replace", "remove"):
        answer = do(at, op, name, "x")
        assert answer.text == f"{name} is read-only here: only people change it. Use another file."
    assert (
        [memory.text(entry.name) for entry in memory.index()] == before == ["30 days\n", "Anna\n"]
    )
    wrote(at, "append", "policies.md", "mine")
    assert memory.read("profile.md").text == "Anna"


def test_a_person_hears_what_cannot_be_written(opened: Open) -> None:
    memory = opened(QUOTA)
    with pytest.raises(ValueError, match="a file may hold"):
        memory.write("a.md", "x" * 9000)
    with pytest.raises(ValueError, match="is no file name"):
        memory.write("../a.md", "x")
    memory.write("a.md", "one")
    memory.write("a.md", "two")
    assert by_thread(memory, "a.md") == [("two", "")]
    assert [line.source and line.source.role for line in memory.lines("a.md")] == ["person"]


# --- conflicts ----------------------------------------------------------------------------------


def test_a_file_that_changed_since_it_was_read_is_not_replaced(memory: SharedMemory) -> None:
    mine, other = visit(memory, "t1"), visit(memory, "t2")
    wrote(mine, "append", "a.md", "one")
    wrote(other, "append", "a.md", "two")
    for op in ("replace", "remove"):
        answer = do(visit_again(mine), op, "a.md", "only mine")
        assert not answer.ok
        assert answer.text.startswith("a.md was left as it is: somebody else has written to it")
    assert memory.text("a.md") == "one\ntwo\n"
    mine.read("a.md")
    wrote(visit_again(mine), "replace", "a.md", "two, and mine")
    assert memory.text("a.md") == "two, and mine\n"


def visit_again(at: Visit) -> Visit:
    """The next node's visit of the same conversation."""
    return at.memory.visit(at.source, at.looked)


def test_a_file_that_was_never_read_is_not_replaced(memory: SharedMemory) -> None:
    wrote(visit(memory, "t1"), "append", "a.md", "one\ntwo")
    at = visit(memory, "t2")
    for _ in range(2):
        answer = do(at, "replace", "a.md", "mine")
        assert not answer.ok
        assert "it holds 2 lines that you have not read" in answer.text
    assert memory.text("a.md") == "one\ntwo\n"
    wrote(at, "append", "a.md", "mine")
    assert not do(at, "replace", "a.md", "mine").ok, "what was added is no look at the rest"
    at.read("a.md")
    wrote(at, "replace", "a.md", "all")


def test_one_may_replace_what_one_wrote_and_what_is_empty(memory: SharedMemory) -> None:
    at = visit(memory)
    wrote(at, "append", "a.md", "one")
    wrote(at, "append", "a.md", "two")
    at = visit_again(at)
    wrote(at, "replace", "a.md", "three")
    wrote(visit_again(at), "replace", "a.md", "four")
    wrote(at, "replace", "empty.md", "")
    wrote(visit(memory, "t2"), "replace", "empty.md", "mine")


def test_a_search_is_no_look_at_the_file(memory: SharedMemory) -> None:
    wrote(visit(memory, "t1"), "append", "a.md", "one\ntwo")
    at = visit(memory, "t2")
    at.text("a.md")
    looked_up(at, found=1)
    assert not do(at, "replace", "a.md", "mine").ok
    at.text("a.md")  # a scaffold whose reading goes this way is not shut out
    looked_up(at)
    wrote(visit_again(at), "replace", "a.md", "mine")


def test_an_actions_own_code_may_change_what_it_read(memory: SharedMemory) -> None:
    wrote(visit(memory, "t1"), "append", "a.md", "tea: yes\nmilk: no")
    at = visit(memory, "t2")
    text = at.text("a.md") or ""
    wrote(at, "replace", "a.md", text.replace("no", "yes"))
    assert memory.text("a.md") == "tea: yes\nmilk: yes\n"
    at.text("a.md")
    wrote(visit(memory, "t3"), "append", "a.md", "more")
    assert not do(at, "replace", "a.md", "stale").ok


def test_what_a_conversation_knows_is_small_and_json(memory: SharedMemory) -> None:
    at = visit(memory)
    for name in ("missing.md", "../x", "a" * 500):
        at.text(name)
        at.read(name)
    assert at.looked == {}
    wrote(at, "append", "a.md", "x")
    assert list(at.looked) == ["a.md"]
    assert all(type(crc) is int for crc in at.looked.values())


# --- where lines come from ----------------------------------------------------------------------


def test_each_line_has_its_source(memory: SharedMemory) -> None:
    wrote(visit(memory, "t1", 3, "m1", "m2"), "append", "a.md", "one\ntwo")
    at = visit(memory, "t2", 0, "m3")
    at.read("a.md")
    assert do(at, "replace", "a.md", "zero\ntwo\nthree", role="scaffold").ok
    lines = memory.lines("a.md")
    assert [line.text for line in lines] == ["zero", "two", "three"]
    zero, two, _ = (line.source for line in lines)
    assert zero == Source(thread="t2", role="scaffold", heard=(Heard(id="m3", kind="human"),))
    assert two is not None
    assert (two.thread, two.step, two.role) == ("t1", 3, "specialist")
    assert [one.id for one in two.heard] == ["m1", "m2"]


def test_equal_lines_have_sources_of_their_own(memory: SharedMemory) -> None:
    for thread in ("t1", "t2"):
        wrote(visit(memory, thread), "append", "a.md", "same")
    assert by_thread(memory, "a.md") == [("same", "t1"), ("same", "t2")]


def test_the_log_tells_what_was_written_and_refused_and_nothing_else(memory: SharedMemory) -> None:
    wrote(visit(memory, "t1"), "append", "a.md", "one\ntwo")
    at = visit(memory, "t2")
    at.read("a.md")
    looked_up(at)
    wrote(at, "append", "a.md", "")
    wrote(at, "replace", "a.md", "two\nthree")
    do(at, "append", "../b.md", "x")
    told = [(row.source.thread, row.action, row.added, row.removed) for row in memory.history()]
    assert told == [
        ("t1", "APPEND", ("one", "two"), 0),
        ("t2", "REPLACE", ("three",), 1),
        ("t2", "APPEND", (), 0),
    ]
    assert "no file name" in (list(memory.history())[-1].refused or "")


def test_hostile_ids_are_kept_short(memory: SharedMemory) -> None:
    thread, message = "t\ud800\0" * 9, "m" * 100_000
    wrote(visit(memory, thread, 0, message, "other"), "append", "a.md", "x")
    (row,) = memory.history()
    assert len(row.model_dump_json()) < 1000
    assert memory.forget(message="m" * 99_999) == {}
    assert memory.forget(thread=thread, message=message) == {"a.md": 1}


# --- forgetting ---------------------------------------------------------------------------------


def test_a_thread_is_forgotten(memory: SharedMemory) -> None:
    bad, good = visit(memory, "bad", 0, "m1"), visit(memory, "good", 0, "m2")
    wrote(bad, "append", "a.md", "secret\nshared")
    wrote(good, "append", "a.md", "mine\nshared")
    wrote(bad, "append", "b.md", "secret")
    wrote(bad, "append", "c.md", "secret, but gone")
    wrote(bad, "remove", "c.md")
    assert memory.forget(thread="bad") == {"a.md": 2, "b.md": 1}
    assert by_thread(memory, "a.md") == [("mine", "good"), ("shared", "good")]
    assert memory.text("b.md") is None
    told = [row.model_dump_json() for row in memory.history()]
    assert not any("secret" in row or '"bad"' in row for row in told)
    assert [row.op for row in memory.history()] == ["append", "forget", "forget"]
    assert memory.forget(thread="bad") == {}


def test_a_message_is_forgotten(memory: SharedMemory) -> None:
    wrote(visit(memory, "t1", 0, "m1"), "append", "a.md", "one")
    wrote(visit(memory, "t1", 1, "m2", "m3"), "append", "a.md", "two")
    wrote(visit(memory, "t2", 0, "m3"), "append", "a.md", "three")
    assert memory.forget(thread="t1", message="m3") == {"a.md": 1}
    assert memory.text("a.md") == "one\nthree\n"
    assert memory.forget(message="m3") == {"a.md": 1}
    assert memory.text("a.md") == "one\n"


def test_read_only_files_are_forgotten_from_as_well(opened: Open) -> None:
    wrote(visit(opened(), "t1"), "append", "a.md", "x")
    memory = opened(read_only=["a.md"])
    if memory.index():  # a folder is still there when it is opened again
        assert memory.forget(thread="t1") == {"a.md": 1}


@pytest.mark.parametrize("whose", [{}, {"thread": ""}, {"thread": None, "message": ""}])
def test_forgetting_nobody_is_an_error(memory: SharedMemory, whose: dict[str, str | None]) -> None:
    memory.write("a.md", "x")
    with pytest.raises(ValueError, match="say whose lines to forget"):
        memory.forget(**whose)
    assert memory.text("a.md") == "x\n"


# --- many at once -------------------------------------------------------------------------------

LINES = 25


def together(*runs: Callable[[], None]) -> None:
    errors: list[BaseException] = []

    def guarded(run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def appending(memory: SharedMemory, thread: str) -> Callable[[], None]:
    def run() -> None:
        for number in range(LINES):
            wrote(visit(memory, thread, number), "append", "a.md", f"{thread} {number}")

    return run


def test_threads_lose_no_line_and_every_line_has_its_source(memory: SharedMemory) -> None:
    together(*(appending(memory, thread) for thread in ("t1", "t2", "t3", "t4")))
    lines = by_thread(memory, "a.md")
    for thread in ("t1", "t2", "t3", "t4"):
        mine = [text for text, source in lines if source == thread]
        assert mine == [f"{thread} {number}" for number in range(LINES)]
    assert len(lines) == 4 * LINES


def test_one_rewrites_while_others_add(memory: SharedMemory) -> None:
    """A file that is read and rewritten all the time keeps every line that was added to it."""
    refused = []

    def rewrite() -> None:
        at = visit(memory, "rewriter")
        for number in range(LINES):
            at.read("a.md")
            text = at.text("a.md") or ""
            kept = [line for line in text.split("\n")[:-1] if not line.startswith("# ")]
            answer = do(at, "replace", "a.md", "\n".join([f"# rewritten {number}", *kept]))
            refused.append(not answer.ok)

    together(rewrite, appending(memory, "t1"), appending(memory, "t2"))
    text = (memory.text("a.md") or "").split("\n")
    for thread in ("t1", "t2"):
        assert [line for line in text if line.startswith(thread)] == [
            f"{thread} {number}" for number in range(LINES)
        ]
    assert len([line for line in text if line.startswith("# ")]) <= 1
    assert len(refused) == LINES
