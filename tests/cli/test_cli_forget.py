"""`automem memory --sources` and `automem forget`: whose lines are whose, and letting them go."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.memory.open import open_memory
from automem_graph.memory.rows import Deed
from automem_graph.memory.source import Heard, Source
from automem_graph.protocols import Edit

FOLDER = "memories/anna"


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory = open_memory(FOLDER)
    deed = Deed(step=0, turn=0, role="specialist", action="APPEND")
    for thread, text in (("monday", "tea [red]\x1b[0m"), ("friday", "coffee")):
        heard = (Heard(id=f"m-{thread}", kind="tool", name="mail"),)
        edit = Edit(op="append", file="likes.md", text=text)
        memory.visit(Source(thread=thread, step=3, heard=heard)).perform(deed, [edit])
    with Path(FOLDER, "likes.md").open("a") as file:
        file.write("cake\n")


def test_the_files_of_a_memory_are_shown():
    shown = automem("memory", FOLDER).stdout
    assert "likes.md, 3 lines" in shown
    assert "tea [red]\ufffd[0m\n" in shown
    files = json.loads(automem("memory", FOLDER, "--json").stdout)
    assert files["likes.md"].endswith("coffee\ncake\n")
    assert automem("memory", FOLDER, "--at", "3").exit_code == 2


def test_each_line_is_shown_with_its_source():
    shown = automem("memory", FOLDER, "--sources").stdout
    assert "specialist in monday, step 3, after tool mail m-monday\n  tea" in shown
    assert shown.endswith("by hand\n  cake\n")
    files = json.loads(automem("memory", FOLDER, "--sources", "--json").stdout)
    assert [line["source"] and line["source"]["thread"] for line in files["likes.md"]] == [
        "monday",
        "friday",
        None,
    ]


def test_lines_are_forgotten():
    assert automem("forget", FOLDER, "--thread", "monday").stdout == "likes.md: 1 line forgotten\n"
    assert automem("forget", FOLDER, "--message", "m-friday").exit_code == 0
    assert Path(FOLDER, "likes.md").read_text() == "cake\n"
    assert "no file has a line from there" in automem("forget", FOLDER, "--thread", "x").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["forget", FOLDER], "say whose lines to forget: --thread, --message, or both"),
        (["forget", "memories", "--thread", "x"], "memories is no memory that conversations share"),
        (["forget", "nowhere", "--thread", "x"], "nowhere is no memory that conversations share"),
        (["memory", "nowhere", "--sources"], "nowhere is no folder with memory in it"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(words: list[str], why: str):
    result = automem(*words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert not Path("nowhere").exists()


def test_a_broken_log_is_named():
    with Path(FOLDER, ".journal.jsonl").open("a") as log:
        log.write("nonsense\n")
    for words in (["memory", FOLDER, "--sources"], ["forget", FOLDER, "--thread", "monday"]):
        result = automem(*words)
        assert result.exit_code == 2
        assert "line 3: not a row" in result.stderr
