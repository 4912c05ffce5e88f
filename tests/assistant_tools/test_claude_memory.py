"""Claude's memory tool, in the words that its documentation has, over memory files."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from anthropic.lib.tools import ToolError
from anthropic.tools.memory import BetaLocalFilesystemMemoryTool
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.assistant.claude import ClaudeMemoryMiddleware, memory_command
from automem_graph.memory.open import open_memory
from automem_graph.memory.shared import SharedMemory


def kept(**files: str) -> SharedMemory:
    memory = SharedMemory.in_process()
    for name, text in files.items():
        memory.write(name.replace("__", "/") + ".txt", text)
    return memory


def test_a_folder_is_viewed_as_documented():
    memory = kept(guidelines="x" * 1536, people__ada="y" * 2048, people__far__bob="z")
    assert memory_command(memory, {"command": "view", "path": "/memories"}) == (
        "Here're the files and directories up to 2 levels deep in /memories, excluding hidden "
        "items and node_modules:\n"
        "3.5K\t/memories\n"
        "1.5K\t/memories/guidelines.txt\n"
        "2.0K\t/memories/people/\n"
        "2.0K\t/memories/people/ada.txt\n"
        "0.0K\t/memories/people/far/"
    )
    assert memory_command(memory, {"command": "view", "path": "/memories/people/far/"}) == (
        "Here're the files and directories up to 2 levels deep in /memories/people/far, excluding "
        "hidden items and node_modules:\n"
        "0.0K\t/memories/people/far\n"
        "0.0K\t/memories/people/far/bob.txt"
    )


def test_all_of_an_empty_memory_can_be_viewed():
    said = memory_command(kept(), {"command": "view", "path": "/memories"})
    assert said.endswith(":\n0.0K\t/memories")


NOTES = "Hello World\nThis is line two\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (
            {"command": "view", "path": "/memories/notes.txt"},
            "Here's the content of /memories/notes.txt with line numbers:\n"
            "     1\tHello World\n     2\tThis is line two",
        ),
        (
            {"command": "view", "path": "/memories/notes.txt", "view_range": [2, -1]},
            "Here's the content of /memories/notes.txt with line numbers:\n"
            "     2\tThis is line two",
        ),
        (
            {"command": "view", "path": "/memories/none.txt"},
            "The path /memories/none.txt does not exist. Please provide a valid path.",
        ),
        (
            {"command": "create", "path": "/memories/new.txt", "file_text": "Meeting notes:\n"},
            "File created successfully at: /memories/new.txt",
        ),
        (
            {"command": "create", "path": "/memories/notes.txt", "file_text": "x"},
            "Error: File /memories/notes.txt already exists",
        ),
        (
            {
                "command": "str_replace",
                "path": "/memories/notes.txt",
                "old_str": "line two",
                "new_str": "line 2",
            },
            "The memory file has been edited. Here is the snippet showing the change (with line "
            "numbers):\n     1\tHello World\n     2\tThis is line 2",
        ),
        (
            {
                "command": "str_replace",
                "path": "/memories/notes.txt",
                "old_str": "gone",
                "new_str": "x",
            },
            "No replacement was performed, old_str `gone` did not appear verbatim in "
            "/memories/notes.txt.",
        ),
        (
            {
                "command": "str_replace",
                "path": "/memories/notes.txt",
                "old_str": "l",
                "new_str": "x",
            },
            "No replacement was performed. Multiple occurrences of old_str `l` in lines: "
            "1, 1, 1, 2. Please ensure it is unique",
        ),
        (
            {
                "command": "str_replace",
                "path": "/memories/none.txt",
                "old_str": "l",
                "new_str": "x",
            },
            "Error: The path /memories/none.txt does not exist. Please provide a valid path.",
        ),
        (
            {
                "command": "insert",
                "path": "/memories/notes.txt",
                "insert_line": 1,
                "insert_text": "- between\n",
            },
            "The file /memories/notes.txt has been edited.",
        ),
        (
            {
                "command": "insert",
                "path": "/memories/notes.txt",
                "insert_line": 3,
                "insert_text": "x",
            },
            "Error: Invalid `insert_line` parameter: 3. It should be within the range of lines of "
            "the file: [0, 2]",
        ),
        (
            {"command": "delete", "path": "/memories/notes.txt"},
            "Successfully deleted /memories/notes.txt",
        ),
        (
            {"command": "delete", "path": "/memories/none.txt"},
            "Error: The path /memories/none.txt does not exist",
        ),
        (
            {
                "command": "rename",
                "old_path": "/memories/notes.txt",
                "new_path": "/memories/old/notes.txt",
            },
            "Successfully renamed /memories/notes.txt to /memories/old/notes.txt",
        ),
        (
            {
                "command": "rename",
                "old_path": "/memories/none.txt",
                "new_path": "/memories/final.txt",
            },
            "Error: The path /memories/none.txt does not exist",
        ),
        (
            {
                "command": "rename",
                "old_path": "/memories/notes.txt",
                "new_path": "/memories/other.txt",
            },
            "Error: The destination /memories/other.txt already exists",
        ),
    ],
)
def test_a_command_is_answered_as_documented(command, answer):
    assert memory_command(kept(notes=NOTES, other="x"), command) == answer


def test_commands_change_the_files():
    memory = kept(notes=NOTES, people__ada="Ada")

    def do(command: str, **args: object) -> None:
        assert "rror" not in memory_command(memory, {"command": command, **args})

    do("insert", path="/memories/notes.txt", insert_line=0, insert_text="first\n")
    do("insert", path="/memories/notes.txt", insert_line=3, insert_text="last")
    do("str_replace", path="/memories/notes.txt", old_str="Hello World\n")
    assert memory.text("notes.txt") == "first\nThis is line two\nlast\n"
    do("rename", old_path="/memories/people", new_path="/memories/friends")
    assert memory.text("friends/ada.txt") == "Ada\n"
    do("delete", path="/memories/friends")
    assert [entry.name for entry in memory.index()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({}, "'command' is not right"),
        ({"command": "drop"}, "'command' is not right"),
        ({"command": "view"}, "view needs path"),
        ({"command": "view", "path": 3}, "'path' is not right"),
        ({"command": "view", "path": "/memories/a.txt", "view_range": [1]}, "two line numbers"),
        ({"command": "view", "path": "/etc/passwd"}, "must start with /memories"),
        ({"command": "view", "path": "/memories2/a.txt"}, "must start with /memories"),
        ({"command": "view", "path": "/memories/../../etc/passwd"}, "no file name"),
        ({"command": "view", "path": "/memories/%2e%2e/x"}, "no file name"),
        ({"command": "delete", "path": "/memories"}, "can be viewed only"),
        ({"command": "rename", "old_path": "/memories", "new_path": "/memories/b"}, "viewed only"),
        ({"command": "create", "path": "/memories/a.txt/b.txt", "file_text": "x"}, "is a file"),
        ({"command": "create", "path": "/memories/b.txt", "file_text": "x" * 200_000}, "may hold"),
        ({"command": "insert", "path": "/memories/a.txt", "insert_line": "x"}, "'insert_line'"),
    ],
)
def test_what_cannot_be_is_told(command, says):
    said = memory_command(kept(a="x"), command)
    assert said.startswith("Error: ")
    assert says in said


def test_a_long_file_is_viewed_in_parts():
    memory = kept(long="".join(f"{'x' * 99}\n" for _ in range(400)))
    said = memory_command(memory, {"command": "view", "path": "/memories/long.txt"})
    assert len(said) < 18_000
    assert "(there are 400 lines; go on with view_range [162, -1])" in said
    said = memory_command(
        memory, {"command": "view", "path": "/memories/long.txt", "view_range": [400, 900]}
    )
    assert said.splitlines()[1:] == [f"   400\t{'x' * 99}"]


VALUES = st.text(max_size=12) | st.integers(-2, 9) | st.none() | st.lists(st.integers(-2, 5))
PATHS = st.sampled_from(
    ["/memories", "/memories/a", "/memories/b/c", "/memories/../x", "a", "/memories//b/./c"]
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "command": st.sampled_from(
                    ["view", "create", "str_replace", "insert", "delete", "rename", "?"]
                )
            },
            optional={
                "path": PATHS | VALUES,
                "old_path": PATHS,
                "new_path": PATHS | VALUES,
                "file_text": st.text(max_size=9),
                "old_str": VALUES,
                "new_str": VALUES,
                "insert_line": VALUES,
                "insert_text": VALUES,
                "view_range": VALUES,
            },
        ),
        max_size=8,
    )
)
def test_nothing_that_claude_writes_raises(commands):
    memory = kept(notes=NOTES)
    assert all(isinstance(memory_command(memory, command), str) for command in commands)


WORDS = st.sampled_from(["one", "two", "three", "four"])
LINES = st.lists(WORDS, min_size=1, max_size=4).map("\n".join)
NAMES = st.sampled_from(["/memories/a.txt", "/memories/b.txt", "/memories/people/c.txt"])


def given_to(command: str, **args: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({"command": st.just(command), **args})


COMMANDS = st.one_of(
    given_to("create", path=NAMES, file_text=LINES),
    given_to("str_replace", path=NAMES, old_str=WORDS, new_str=LINES),
    given_to("insert", path=NAMES, insert_line=st.integers(-1, 6), insert_text=LINES),
    given_to("delete", path=NAMES),
    given_to("rename", old_path=NAMES, new_path=NAMES),
)


@given(st.lists(COMMANDS, max_size=8))
def test_it_does_what_the_sdks_own_memory_on_a_disk_does(commands):
    folder = Path(str(uuid4()))
    theirs, ours = BetaLocalFilesystemMemoryTool(str(folder)), kept()
    for command in commands:
        said = memory_command(ours, command)
        try:
            assert said.partition("\n")[0] == theirs.call(command).partition("\n")[0]
        except ToolError:
            assert said.startswith(("Error: ", "No replacement"))
    root = folder / "memories"
    texts = {
        str(path.relative_to(root)): path.read_text().rstrip("\n") + "\n"
        for path in root.rglob("*")
        if path.is_file()
    }
    assert {entry.name: ours.text(entry.name) for entry in ours.index()} == texts


class Claude(BaseHTTPRequestHandler):
    """A server that asks for a command, then says that it is done; it keeps what it was sent."""

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.sent.append((dict(self.headers), sent))
        asked = {"command": "create", "path": "/memories/a.txt", "file_text": "tea"}
        use = {"type": "tool_use", "id": "toolu_1", "name": "memory", "input": asked}
        first = len(sent["messages"]) == 1
        reply = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": sent["model"],
            "content": [use if first else {"type": "text", "text": "Noted."}],
            "stop_reason": "tool_use" if first else "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def claude():
    with ThreadingHTTPServer(("127.0.0.1", 0), Claude) as server:
        server.sent = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("how", ["invoke", "ainvoke"])
def test_an_agent_on_claude_has_its_native_tool_on_this_memory(claude, how):
    memory = open_memory("mem")
    agent = create_agent(
        ChatAnthropic(
            model="claude-sonnet-5",
            api_key="none",
            base_url=f"http://127.0.0.1:{claude.server_port}",
        ),
        middleware=[ClaudeMemoryMiddleware(memory)],
        checkpointer=InMemorySaver(),
    )
    asked = {"messages": [HumanMessage("I like tea.", id="m1")]}
    at = {"configurable": {"thread_id": "t1"}}
    state = agent.invoke(asked, at) if how == "invoke" else asyncio.run(agent.ainvoke(asked, at))
    headers, sent = claude.sent[0]
    assert sent["tools"] == [{"type": "memory_20250818", "name": "memory"}]
    assert "context-management" in headers.get("anthropic-beta", "")
    (said,) = [one.text for one in state["messages"] if isinstance(one, ToolMessage)]
    assert said == "File created successfully at: /memories/a.txt"
    (line,) = memory.lines("a.txt")
    assert (line.text, line.source.thread) == ("tea", "t1")
    assert [one.id for one in line.source.heard] == ["m1", "toolu_1"]


def test_a_line_number_from_before_somebody_elses_change_is_refused():
    memory = kept(notes=NOTES)
    (tool,) = ClaudeMemoryMiddleware(memory).tools
    insert = {"command": "insert", "path": "/memories/notes.txt", "insert_line": 1}
    tool.invoke({"command": "view", "path": "/memories/notes.txt"})
    assert tool.invoke({**insert, "insert_text": "mine"}).endswith("has been edited.")
    memory_command(memory, {**insert, "insert_text": "theirs", "insert_line": 0})
    assert "has changed since you read it" in tool.invoke({**insert, "insert_text": "again"})
    tool.invoke({"command": "view", "path": "/memories/notes.txt"})
    assert tool.invoke({**insert, "insert_text": "again"}).endswith("has been edited.")
    assert memory.text("notes.txt").split("\n")[:3] == ["theirs", "again", "Hello World"]
