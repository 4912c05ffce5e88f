"""Hooks: each one optional, each answer typed, none allowed more than its form."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from automem_graph.protocols import Edit
from automem_graph.scaffold.client import ScaffoldError, ScaffoldFault, ScaffoldHost, Session
from automem_graph.scaffold.load import load_scaffold

Open = Callable[..., Session]
Build = Callable[[Mapping[str, str]], Path]

HOOKS = """
import json
from helpers import polite

def initial_files(task):
    return {"goals.md": f"Play {task['name']}.\\n"}

def observe(state, seen, files):
    count = state.get("count", 0) + 1
    return f"{polite('step')} {count}: {seen['text']} {files.index()}", {"count": count}

def after_log(state, seen, files):
    return [("append", "log.md", files.text("map.md")), ("remove", "old.md", "")], state

def canonicalise(action, seen):
    return action.strip().lower()

def review(action, state, seen, files):
    return None if files.read("map.md").ok and action != "sleep" else "Not now."
"""


def test_hooks_answer(session: Open) -> None:
    step = session(
        {"hooks.py": HOOKS, "helpers.py": "def polite(text): return text.title()\n"}, map="home\n"
    )
    assert step.initial_files({"name": "crafter"}) == {"goals.md": "Play crafter.\n"}
    notes, state = step.observe({}, {"text": "grass"})
    assert (notes, state) == ("Step 1: grass [('map.md', 1)]", {"count": 1})
    assert step.observe(state, {"text": ""})[1] == {"count": 2}
    edits, state = step.after_log(state, {})
    assert edits == (
        Edit(op="append", file="log.md", text="home\n"),
        Edit(op="remove", file="old.md"),
    )
    assert step.canonicalise(" Sleep ", {}) == "sleep"
    assert step.review("sleep", state, {}) == "Not now."
    assert step.review("noop", state, {}) is None


def test_without_hooks_there_are_plain_answers(session: Open) -> None:
    step = session({"files/crafter/goals.md": "Live.\n"})
    assert step.initial_files({"name": "crafter"}) == {"goals.md": "Live.\n"}
    assert step.observe({"a": 1}, {}) == ("", {"a": 1})
    assert step.after_log({"a": 1}, {}) == ((), {"a": 1})
    assert step.canonicalise("Sleep", {}) == "Sleep"
    assert step.review("sleep", {}, {}) is None


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        ("'', {'a': 'x' * 9000}", "9,009 bytes; 8,192 are allowed"),
        ("'', {'a': float('nan')}", "not plain JSON"),
        ("'', []", "the state must be a dict"),
        ("'', {'a': {1}}", "not JSON serializable"),
        ("''", "two values"),
        ("None, {}", "must be text, not None"),
    ],
)
def test_observe_returns_notes_and_a_small_state(session: Open, returned: str, says: str) -> None:
    step = session({"hooks.py": f"def observe(state, seen, files):\n    return {returned}\n"})
    with pytest.raises(ScaffoldFault, match=says) as caught:
        step.observe({}, {})
    assert (caught.value.kind, caught.value.where) == ("reply", "hooks.py in observe")


def test_an_error_in_a_helper_has_the_helpers_line(session: Open) -> None:
    step = session(
        {
            "hooks.py": "import helpers\ndef observe(state, seen, files):\n    helpers.go()\n",
            "helpers.py": "def go():\n    raise ValueError('no way')\n",
        }
    )
    with pytest.raises(ScaffoldFault) as caught:
        step.observe({}, {})
    assert str(caught.value) == "helpers.py:2 in go: ValueError: no way"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"actions.py": "def read(:\n"}, r"actions\.py:1: SyntaxError: invalid syntax"),
        ({"actions.py": "x = 1\nimport crafter\n"}, r"actions\.py:2 in <module>: ImportError"),
        ({"actions.py": "\0"}, r"actions\.py:?1?: "),
        (
            {"actions.py": "def search(files): pass\n"},
            r"actions\.py: no function 'read' for the action READ \(scaffold\.toml:\d+\)",
        ),
        ({"hooks.py": "x = 1\ndef obsrve(): pass\n"}, r"hooks\.py:2: 'obsrve' is no hook; there"),
        ({"json.py": "x = 1\n"}, r"json\.py: 'json' is the name of another module"),
        ({"actions.py": "while True: pass\n"}, r"actions\.py:1 in <module>: no answer within 2 s"),
    ],
)
def test_what_does_not_start_has_file_and_line(
    build: Build, files: dict[str, str], says: str
) -> None:
    scaffold = load_scaffold(build(files))
    with pytest.raises(ScaffoldError, match=says):
        ScaffoldHost.start(scaffold)


def test_a_folder_may_be_read_by_its_own_code(session: Open) -> None:
    step = session(
        {
            "hooks.py": "def initial_files(task):\n    return {'a.md': open('files/a').read()}\n",
            "files/a": "kept beside the code",
        }
    )
    assert step.initial_files({"name": "x"}) == {"a.md": "kept beside the code"}
