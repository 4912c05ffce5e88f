"""The tool_calls grammar: the same calls as in tags, mistakes shown with the right form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.memory.calls import MOST_CALLS
from automem_graph.memory.grammar import parse, write_call
from automem_graph.memory.tools import ToolCall, parse_tools, tool_form, tool_of
from automem_graph.protocols import Call
from automem_graph.scaffold.load import load_scaffold

ACTIONS = load_scaffold("v0").manifest.actions
BY_NAME = {action.name: action for action in ACTIONS}


def made(name: str, args: dict[str, str] | str) -> ToolCall:
    return ToolCall(name=name, args=args)


def one(name: str, args: dict[str, str] | str, routine: str = "log") -> Call:
    (call,) = parse_tools([made(name, args)], ACTIONS, routine)  # type: ignore[arg-type]
    return call


def test_an_action_is_a_tool_whose_arguments_are_text() -> None:
    assert tool_of(BY_NAME["READ"]) == {
        "type": "function",
        "function": {
            "name": "READ",
            "description": BY_NAME["READ"].help,
            "parameters": {
                "type": "object",
                "properties": {"file": {"type": "string"}, "from_line": {"type": "string"}},
                "required": ["file"],
            },
        },
    }


def test_forms_name_the_arguments_in_order() -> None:
    assert [tool_form(BY_NAME[name]) for name in ("SEARCH", "READ", "DONE")] == [
        "SEARCH(file, keyword)",
        "READ(file, from_line?)",
        "DONE()",
    ]


WORDS = st.text(alphabet="abc x.\n", min_size=1).map(str.strip).filter(bool)


@given(
    st.lists(st.tuples(st.sampled_from(ACTIONS), WORDS, WORDS)), st.sampled_from(["log", "plan"])
)
def test_both_forms_give_the_same_calls(wanted, routine) -> None:
    asked = []
    for action, first, second in wanted:
        names = [name.removesuffix("?") for name in action.args]
        asked.append((action, dict(zip(names, (first, second), strict=False))))
    tags = "".join(write_call(action, args) for action, args in asked)
    tools = [made(action.name, args) for action, args in asked]
    in_tags, in_tools = parse(tags, ACTIONS, routine), parse_tools(tools, ACTIONS, routine)
    assert [(c.name, c.args) for c in in_tags] == [(c.name, c.args) for c in in_tools]
    assert [c.problem is None for c in in_tags] == [c.problem is None for c in in_tools]


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("SEARCH", {"file": "a.md"}, "SEARCH needs keyword. Write it like this: SEARCH(file, key"),
        ("SEARCH", {"file": "a.md", "keyword": " "}, "SEARCH needs keyword."),
        ("SEARCH", '["a.md"]', "The arguments of SEARCH are no JSON object. Write it like this"),
        ("DONE", {"why": "over"}, "DONE has no argument 'why'. Write it like this: DONE()"),
        ("DANCE", {}, "There is no action DANCE. In LOG you may write: SEARCH(file, keyword), "),
        ("ACTION", {"action": "Right"}, "ACTION is not for this routine. In LOG you may write:"),
    ],
)
def test_a_mistake_shows_the_right_form(name, args, says) -> None:
    problem = one(name, args).problem
    assert problem is not None
    assert problem.startswith(says)
    assert "<|" not in problem


def test_names_are_read_in_any_case_and_optional_arguments_may_be_left_out() -> None:
    call = one("read", {"file": " a.md "})
    assert (call.name, dict(call.args), call.problem) == ("READ", {"file": "a.md"}, None)
    assert one("READ", {"file": "a.md", "from_line": "3"}).problem is None


def test_a_call_shows_what_was_written() -> None:
    assert one("APPEND", {"file": "a.md", "text": "Kühe"}).text == (
        'APPEND {"file": "a.md", "text": "Kühe"}'
    )
    assert one("READ", "{a.md").text == "READ {a.md"


def test_one_reply_may_make_only_so_many_calls() -> None:
    calls = parse_tools([made("READ", {"file": "a"})] * (MOST_CALLS + 5), ACTIONS, "log")
    assert len(calls) == MOST_CALLS + 1
    assert calls[MOST_CALLS].problem is not None


def test_only_the_first_commit_counts() -> None:
    first, second = parse_tools([made("ACTION", {"action": "a"})] * 2, ACTIONS, "plan")
    assert first.problem is None
    assert second.problem is not None


@given(
    st.lists(
        st.builds(
            ToolCall,
            name=st.text(max_size=80),
            args=st.one_of(st.text(), st.dictionaries(st.text(), st.text(), max_size=3)),
        ),
        max_size=30,
    )
)
def test_anything_is_some_call(tools) -> None:
    calls = parse_tools(tools, ACTIONS, "log")
    assert len(calls) == min(len(tools), MOST_CALLS + 1)
