"""Every part is what it says of itself, and a scaffold that takes it plays."""

import ast
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.scaffold import replies
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold
from automem_graph.scaffold.sources import HOOKS
from automem_graph.structure.parts.part import read_part
from automem_graph.structure.parts.wire import taken
from support.parts import NAMES, PARTS, Files, load, play_offline, scaffold_of, seen
from support.playing import table
from support.scripted import by_routine

EVERY = [*NAMES, "chain"]


@pytest.mark.parametrize("name", EVERY)
def test_a_part_says_what_it_has(name):
    about = read_part(PARTS / name).about
    functions = {key for key, value in vars(load(name)).items() if callable(value)}
    if name != "chain":
        assert set(about.hooks) == functions & set(HOOKS)
    assert {action.name.lower() for action in about.actions} <= functions
    assert set(about.expresses) <= set("abcdefgh")
    assert about.expresses
    assert re.fullmatch(r"[A-Z][^\n]*\.", about.description)


@pytest.mark.parametrize("name", EVERY)
def test_a_part_imports_only_the_standard_library(name):
    tree = ast.parse((PARTS / name / f"{name}.py").read_text())
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
             for alias in node.names]  # fmt: skip
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert set(plain) <= sys.stdlib_module_names


def test_the_table_of_the_readme_is_that_of_the_parts():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| ([a-h, ]+) \|$", _readme(), re.MULTILINE)
    abouts = {name: read_part(PARTS / name).about for name in EVERY}
    assert sorted(rows) == sorted(
        (name, about.description, ", ".join(about.expresses)) for name, about in abouts.items()
    )


def test_between_them_and_plain_edits_all_letters_are_named():
    assert set(re.findall(r"\(([a-h])\)", _readme())) == set("abcdefgh")


def test_the_hooks_of_the_readme_are_those_that_are_wired(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", _readme(), re.DOTALL)
    scaffold_of(tmp_path / "mine", "position", "loops")
    assert f"\n\n{code}\n\ndef observe(" in (tmp_path / "mine" / "hooks.py").read_text()


def _readme() -> str:
    return (PARTS / "README.md").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_scaffold_with_one_part_plays_the_toy_world(tmp_path, name):
    scaffold = scaffold_of(tmp_path / "mine", name)
    ScaffoldHost.start(load_scaffold(scaffold)).close()
    log = "<|APPEND|>notes.md|x<|END|><|DONE|>"
    with table(by_routine(log, "<|ACTION|>Wait<|END|>"), steps=30, scaffold=scaffold) as at:
        result = at.play()
    assert (result.status, result.steps) == ("done", 30), result.error


@pytest.mark.parametrize("parts", [("keyed", "done", "status", "position"), NAMES])
def test_the_offline_player_plays_crafter_with_them(tmp_path, parts):
    scaffold = scaffold_of(tmp_path / "mine", *parts)
    assert set(taken(tmp_path / "mine")) == set(parts)
    result, rows = play_offline(scaffold, "crafter", steps=30)
    position = re.compile(r"^Position: -?\d+, -?\d+, facing \w+\.$", re.MULTILINE)
    assert all(position.search(row.messages[1]["content"]) for row in rows)
    assert (result.status, result.steps) == ("done", 30), result.error


_LINES = st.sampled_from(
    ["You face tree.", "Your inventory: wood 3.", "- tree 1 step to your west", "Inventory:",
     "a - dagger", "Dlvl:1 $:0 HP:3(14) T:2 Weak", "Map:", "Status:", "  >  <", "",
     "Cursor: row 3, column 4, on yourself"]
)  # fmt: skip
_TEXTS = st.lists(_LINES | st.text(max_size=40), max_size=8).map("\n".join)


@given(before=_TEXTS, now=_TEXTS, action=st.text(max_size=60), notes=_TEXTS)
def test_no_text_makes_a_part_break_its_form(before, now, action, notes):
    known = seen(now, step=4, last_action=action, previous=before, writes=0)
    files = Files(notes=notes * 40, inventory=notes, recent=notes)
    for name in NAMES:
        part = load(name)
        for state in ({}, {"step": 3, "x": 0, "y": 0, "facing": "east"}):
            if hasattr(part, "observe"):
                said, after = part.observe(state, known, files)
                assert len(replies.text(said)) < 4000
                assert len(str(replies.state(after))) < 2000
            if hasattr(part, "after_log"):
                edits, after = part.after_log(state, known, files)
                replies.edits([list(edit) for edit in edits])
                replies.state(after)
        if hasattr(part, "canonicalise"):
            assert isinstance(part.canonicalise(action, known), str)
        if hasattr(part, "review"):
            assert len(part.review(action, {}, known, files) or "") < 300
