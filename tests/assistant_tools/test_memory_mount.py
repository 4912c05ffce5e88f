"""Memory as the files of a deep agent: its own tools, one memory in every thread, nothing lost."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from blockbuster import blockbuster_ctx
from deepagents import create_deep_agent
from deepagents.backends import CompositeBackend, StateBackend
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from automem_graph.assistant.mount import MemoryBackend
from automem_graph.memory.open import open_memory, store_memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.shared import SharedMemory
from support.scripted import Tooled, in_turn


def in_process(**limits) -> SharedMemory:
    return SharedMemory.in_process(quota=Quota(**limits))


def asks(name: str, **args: object) -> AIMessage:
    """A model's call of a tool, with an id of its own."""
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": f"call-{uuid4()}"}])


def agent_of(memory, *replies, **more):
    files = CompositeBackend(default=StateBackend(), routes={"/memories/": MemoryBackend(memory)})
    model = Tooled(say=in_turn(*replies, "Done."))
    return create_deep_agent(model, backend=files, **more)


def answers(agent, thread="t", **more) -> list[str]:
    at = {"configurable": {"thread_id": thread}}
    state = agent.invoke({"messages": [("user", "?")]}, at, **more)
    return [one.text for one in state["messages"] if isinstance(one, ToolMessage)]


def test_a_deep_agents_own_file_tools_work_on_memory():
    memory = in_process()
    said = answers(
        agent_of(
            memory,
            asks("write_file", file_path="/memories/people/ada.md", content="Ada\nlikes tea\n"),
            asks("read_file", file_path="/memories/people/ada.md"),
            asks("read_file", file_path="/memories/people/ada.md", offset=1, limit=1),
            asks(
                "edit_file",
                file_path="/memories/people/ada.md",
                old_string="tea",
                new_string="coffee",
            ),
            asks("ls", path="/memories/"),
            asks("ls", path="/memories/people"),
            asks("grep", pattern="coffee", output_mode="content"),
            asks("glob", pattern="**/*.md", path="/memories"),
            asks("delete", file_path="/memories/people/ada.md"),
            asks("read_file", file_path="/memories/people/ada.md"),
        )
    )
    assert said[0] == "Updated file /memories/people/ada.md"
    assert "Ada" in said[1]
    assert "likes tea" in said[1]
    assert "likes tea" in said[2]
    assert "Ada" not in said[2].partition("likes")[0]
    assert "Successfully replaced 1" in said[3]
    assert "/memories/people/" in said[4]
    assert "/memories/people/ada.md" in said[5]
    assert "2: likes coffee" in said[6]
    assert "/memories/people/ada.md" in said[7]
    assert "/memories/people/ada.md" in said[8]
    assert "not found" in said[9]
    assert memory.index() == ()


def test_what_one_thread_writes_another_one_sees_at_once():
    memory = in_process()
    first = agent_of(
        memory,
        asks("write_file", file_path="/memories/a.md", content="old"),
        "Done.",
        asks("read_file", file_path="/memories/a.md"),
        checkpointer=InMemorySaver(),
    )
    answers(first, "one")
    second = agent_of(
        memory,
        asks("edit_file", file_path="/memories/a.md", old_string="old", new_string="new"),
    )
    answers(second, "two")
    assert "new" in answers(first, "one")[-1]


def test_a_write_over_what_somebody_else_changed_is_told_and_not_done():
    memory = in_process()
    backend = MemoryBackend(memory)
    backend.write("/a.md", "mine\n")
    MemoryBackend(memory).edit("/a.md", "mine", "theirs")
    refused = backend.write("/a.md", "mine again\n")
    assert "somebody else has written to it" in refused.error
    assert memory.text("a.md") == "theirs\n"
    backend.read("/a.md")
    assert backend.write("/a.md", "mine again\n").error is None


@pytest.mark.parametrize(
    "opened",
    [
        SharedMemory.in_process,
        lambda: open_memory("mem"),
        lambda: store_memory(InMemoryStore(), ("memories",)),
    ],
    ids=["process", "folder", "store"],
)
def test_parallel_edits_are_all_kept(opened):
    memory = opened()
    MemoryBackend(memory).write("/a.md", "".join(f"item {n}: open\n" for n in range(40)))

    def close(n: int) -> str | None:
        return MemoryBackend(memory).edit("/a.md", f"item {n}: open", f"item {n}: done").error

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(close, range(40))) == {None}
    assert memory.text("a.md").count("done") == 40


def test_an_edit_after_which_lines_were_missed_is_no_leave_to_replace_them():
    memory = in_process()
    backend, other = MemoryBackend(memory), MemoryBackend(memory)
    backend.write("/a.md", "one\ntwo\n")
    other.edit("/a.md", "two", "two\nthree")
    assert backend.edit("/a.md", "one", "ONE").error is None
    assert "somebody else has written to it" in backend.write("/a.md", "ONE\ntwo\n").error
    assert "has changed since" in backend.delete("/a.md").error
    assert memory.text("a.md") == "ONE\ntwo\nthree\n"


def test_text_of_other_systems_can_be_edited_as_it_is_read():
    memory = open_memory("mem")
    Path("mem").mkdir()
    Path("mem/a.md").write_bytes(b"one\r\ntwo\r\n")
    backend = MemoryBackend(memory)
    assert backend.read("/a.md").file_data["content"] == "one\ntwo\n"
    assert backend.edit("/a.md", "one\ntwo", "one\r\n2").error is None
    assert memory.text("a.md") == "one\n2\n"
    assert backend.edit("/a.md", "one\r\n2", "both").occurrences == 1


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (lambda b: b.read("/none.md"), "not found"),
        (lambda b: b.read("/"), "whole memory"),
        (lambda b: b.read("/../x"), "no file name"),
        (lambda b: b.write("/a b.md", "x"), "no file name"),
        (lambda b: b.write("/a.md/b.md", "x"), "a.md is a file"),
        (lambda b: b.write("/A.md", "x"), "differs only by case"),
        (lambda b: b.write("/a.md", "x" * 200), "may hold 100"),
        (lambda b: b.write("/folder", "x"), "is a folder"),
        (lambda b: b.edit("/a.md", "nothing", "x"), "not found in file"),
        (lambda b: b.edit("/a.md", "a", "x"), "2 times"),
        (lambda b: b.edit("/a.md", "", "x"), "old_string"),
        (lambda b: b.edit("/none.md", "a", "x"), "not found"),
        (lambda b: b.delete("/"), "whole memory"),
        (lambda b: b.delete("/none.md"), "not found"),
        (lambda b: b.ls("/none"), "not found"),
        (lambda b: b.ls("relative"), "slash"),
        (lambda b: b.grep("x", "/../.."), "no file name"),
        (lambda b: b.glob("../*"), ".."),
        (lambda b: b.upload_files([("/a.bin", b"\xff\0")])[0], "text only"),
        (lambda b: b.upload_files([("a.md", b"x")])[0], "invalid_path"),
        (lambda b: b.download_files(["/folder"])[0], "is_directory"),
        (lambda b: b.download_files(["/none.md"])[0], "file_not_found"),
        (lambda b: b.download_files(["/../a"])[0], "invalid_path"),
    ],
)
def test_what_cannot_be_is_the_results_error(do, says):
    backend = MemoryBackend(in_process(file_bytes=100))
    backend.write("/a.md", "a\na\n")
    backend.write("/folder/b.md", "b\n")
    result = do(backend)
    assert says in result.error


PATHS = (
    st.text(max_size=30)
    | st.lists(
        st.sampled_from(
            ["..", ".", "", "a.md", "b", "~", "etc", "passwd", "C:", "\0", "*", "link"]
        ),
        max_size=5,
    ).map("/".join)
    | st.sampled_from(["/a.md", "/b/c.md", "/link", "/link/x.md", "/../../etc/passwd"])
).map(lambda path: path if path[:1] == "/" else f"/{path}")
TEXTS = st.text(max_size=20)


@given(
    doings=st.lists(
        st.tuples(st.sampled_from(["read", "ls", "delete", "download"]), PATHS)
        | st.tuples(st.sampled_from(["write", "upload"]), PATHS, TEXTS)
        | st.tuples(st.sampled_from(["edit"]), PATHS, TEXTS, TEXTS)
        | st.tuples(st.sampled_from(["grep", "glob"]), TEXTS, PATHS),
        max_size=8,
    )
)
def test_nothing_leaves_the_memory_and_nothing_raises(doings):
    root = Path(str(uuid4()))
    (root / "mem").mkdir(parents=True)
    (root / "outside").mkdir()
    (root / "outside/x.md").write_text("secret")
    (root / "mem/link").symlink_to("../outside")
    backend = MemoryBackend(root / "mem")
    for name, *args in doings:
        if name == "upload":
            result = backend.upload_files([(args[0], args[1].encode("utf-8", "replace"))])
        elif name == "download":
            result = backend.download_files(args)
        else:
            result = getattr(backend, name)(*args)
        assert "secret" not in str(result)
    assert [path.name for path in (root / "outside").iterdir()] == ["x.md"]
    assert sorted(path.name for path in root.iterdir()) == ["mem", "outside"]
    assert (root / "outside/x.md").read_text() == "secret"


def test_a_broken_disk_is_an_error_and_no_exception():
    backend = MemoryBackend("mem")
    Path("mem").write_text("a file where the folder should be")
    assert backend.read("/a.md").error.startswith("Memory could not be reached just now")
    assert backend.write("/a.md", "x").error.startswith("Memory could not be reached just now")
    assert backend.download_files(["/a.md"])[0].error.startswith("Memory could not be reached")


def test_every_user_has_files_of_their_own():
    memories = {"ada": in_process(), "bob": in_process()}
    agent = agent_of(
        lambda runtime: memories[runtime.context["user"]],
        asks("write_file", file_path="/memories/a.md", content="hers"),
        context_schema=dict,
    )
    answers(agent, context={"user": "ada"})
    assert (memories["ada"].text("a.md"), memories["bob"].text("a.md")) == ("hers\n", None)


def test_what_is_written_is_credited_to_its_thread():
    memory = in_process()
    agent = agent_of(memory, asks("write_file", file_path="/memories/a.md", content="x"))
    answers(agent, "t7")
    (line,) = memory.lines("a.md")
    assert (line.source.thread, line.source.role) == ("t7", "gameplay")


def test_a_read_only_file_stays_as_it_is():
    memory = SharedMemory.in_process(read_only=["rules.md"])
    memory.write("rules.md", "x")
    backend = MemoryBackend(memory)
    for result in (
        backend.write("/rules.md", "y"),
        backend.edit("/rules.md", "x", "y"),
        backend.delete("/rules.md"),
        backend.upload_files([("/rules.md", b"y")])[0],
    ):
        assert "rules.md" in result.error
    assert memory.text("rules.md") == "x\n"


def test_files_do_not_block_the_loop():
    async def use() -> None:
        backend = MemoryBackend("mem")
        with blockbuster_ctx("automem_graph"):  # it raises where the loop is blocked
            assert (await backend.awrite("/a.md", "x")).error is None
            assert (await backend.aread("/a.md")).file_data["content"] == "x\n"
            assert (await backend.aedit("/a.md", "x", "y")).occurrences == 1
            assert (await backend.als("/")).entries == [{"path": "/a.md", "is_dir": False}]
            assert (await backend.agrep("y", max_count=1)).matches[0]["line"] == 1
            assert (await backend.aglob("*.md")).matches == [{"path": "/a.md", "is_dir": False}]
            assert (await backend.adelete("/a.md")).error is None

    asyncio.run(use())


def test_without_deepagents_the_error_names_the_extra():
    code = (
        "import sys; sys.modules['deepagents'] = None\n"
        "try:\n    import automem_graph.assistant.mount\n"
        "except ImportError as error:\n    print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "automem-graph[agent]"' in ran.stdout
