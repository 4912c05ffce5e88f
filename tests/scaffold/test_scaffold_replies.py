"""What a scaffold's process may answer: everything else is a ReplyError, never another error."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from automem_graph.memory.names import check_name
from automem_graph.protocols import ActionSpec
from automem_graph.scaffold import replies
from automem_graph.scaffold.replies import ReplyError


def spec(kind: Any) -> ActionSpec:
    return ActionSpec(name="X", kind=kind, routines=("log",), help="")


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(value=anything, kind=some.sampled_from(["search", "read", "write", "done"]))
def test_any_json_is_an_answer_or_a_reply_error(value: Any, kind: str) -> None:
    for check in (
        lambda: replies.action_reply(spec(kind), value),
        lambda: replies.edits(value),
        lambda: replies.files(value),
        lambda: replies.state(value),
        lambda: replies.pair(value),
        lambda: replies.text(value),
    ):
        with suppress(ReplyError):
            check()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("read", ["text", 1]),
        ("read", None),
        ("search", "text"),
        ("search", ["text", True]),
        ("search", ["text", -1]),
        ("search", ["text", 1.0]),
        ("write", "text"),
        ("write", ["text", [["create", "a.md", ""]]]),
        ("write", ["text", [["append", "a.md"]]]),
        ("write", ["text", [["append", 1, ""]]]),
        ("write", ["text", [["append", "a", ""]] * 51]),
        ("write", ["text", [["append", "a", "x" * 200_000]] * 2]),
        ("read", "\ud800"),
        ("write", ["text", [["append", "a", "\ud800"]]]),
        ("commit", "text"),
    ],
)
def test_other_forms_are_refused(kind: str, value: Any) -> None:
    with pytest.raises(ReplyError):
        replies.action_reply(spec(kind), value)


def test_long_text_is_cut() -> None:
    assert len(replies.action_reply(spec("read"), "x" * 99_999).text) == replies.TEXT_CHARS


def test_a_long_file_name_is_cut_and_still_no_name() -> None:
    """It is a model's mistake, which the memory answers; no fault of the scaffold's."""
    made = replies.action_reply(spec("write"), ["text", [["append", "a" * 3_000, ""]]])
    assert len(made.edits[0].file) == replies.NAME_CHARS
    assert check_name(made.edits[0].file)


def test_deep_state_is_refused() -> None:
    state: dict[str, Any] = {}
    for _ in range(100_000):
        state = {"a": state}
    with pytest.raises(ReplyError, match="not plain JSON"):
        replies.state(state)
