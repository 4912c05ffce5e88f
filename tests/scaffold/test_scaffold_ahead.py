"""Prompts rendered along with the call before them, and only used where they are right."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.protocols import ActionSpec
from automem_graph.scaffold import replies
from automem_graph.scaffold.ahead import Ahead, edited
from automem_graph.scaffold.client import ScaffoldHost, Session
from automem_graph.scaffold.load import load_scaffold
from support.playing import scaffold_with, table
from support.scripted import by_routine
from support.texts import Texts

SHARED = {"actions": {}, "task": {}, "codec": "tags"}
ENDS = {"routine": "log", "rounds_left": 0}


@pytest.fixture(scope="module")
def host() -> Iterator[ScaffoldHost]:
    with ScaffoldHost.start(load_scaffold("v0")) as one:
        yield one


@pytest.fixture
def opened(host: ScaffoldHost) -> Iterator[Session]:
    with host.open_session(Texts({"log.md": "a tree\n"})) as one:
        yield one


def results(text: str | None) -> tuple[str, dict[str, object]]:
    return "results", {**ENDS, "results": [{"call": "look", "text": text}]}


def search(opened: Session, actions: dict[str, ActionSpec]) -> str:
    given = {"file": "log.md", "keyword": "tree"}
    return opened.run(actions["SEARCH"], given, Ahead([results(None)], SHARED)).text


def test_what_was_rendered_ahead_needs_no_further_call(
    opened: Session, actions: dict[str, ActionSpec]
) -> None:
    said = search(opened, actions)
    opened.close()  # no further call can be made
    assert opened.render_all([results(said)], SHARED) == ["look\na tree"]


def test_another_text_or_other_variables_are_rendered_after_all(
    opened: Session, actions: dict[str, ActionSpec]
) -> None:
    search(opened, actions)
    assert opened.render_all([results("refused")], SHARED) == ["look\nrefused"]
    said = search(opened, actions)
    other = {**SHARED, "codec": "tool_calls"}
    assert opened.render_all([results(said)], other) == ["look\na tree"]
    search(opened, actions)
    opened.next_step()
    opened.close()
    with pytest.raises(Exception, match="ended already"):
        opened.render_all([results(said)], SHARED)


def test_a_template_that_fails_ahead_is_told_of_where_it_is_asked_for(
    opened: Session, actions: dict[str, ActionSpec]
) -> None:
    given = {"file": "log.md", "keyword": "tree"}
    assert opened.run(actions["SEARCH"], given, Ahead([("log", {})], SHARED)).found == 1
    with pytest.raises(Exception, match=r"prompts/log\.md:1"):
        opened.render_all([("log", {})], SHARED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("a\ud800", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a"), inner, max_size=2),
)


@given(JSON)
def test_what_comes_along_is_texts_or_nothing(value: object) -> None:
    told = replies.foretold([("a", {}), ("b", {})], value)
    assert told is None or (len(told.texts) == 2 and "\ud800" not in "".join(told.texts))


def test_the_index_follows_edits() -> None:
    index = [{"name": "a.md", "lines": 1}, {"name": "b.md", "lines": 2}]
    edits = [("append", "a.md", "x"), ("replace", "c.md", "1\n2\n\n"), ("remove", "b.md", "")]
    assert edited(index, edits) == [{"name": "a.md", "lines": 2}, {"name": "c.md", "lines": 2}]
    assert edited(None, edits) is None


HOOKS = """
def observe(state, seen, files):
    return f"Note {seen['step']}.", {}

def after_log(state, seen, files):
    return [("append", "own.md", "x")], {}
"""
LOG = "<|APPEND|>a.md|one<|END|><|CREATE|>a.md<|END|><|APPEND|>../a|no<|END|><|DONE|>"
PLAN = "<|TAIL|>a.md|1<|END|><|ACTION|>Right<|END|>"


@pytest.mark.parametrize("hooks", ["", HOOKS])
def test_prompts_are_the_same_as_without(tmp_path: Path, hooks: str) -> None:
    """Also where an edit is refused, and where hooks add notes and edit files."""
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hooks)

    def prompts() -> list[list[object]]:
        with table(by_routine(LOG, PLAN), steps=4, scaffold=scaffold) as at:
            at.play()
            return [list(row.messages) for row in at.rows()]

    with patch.object(replies, "foretold", lambda *_: None):
        without = prompts()
    assert prompts() == without
