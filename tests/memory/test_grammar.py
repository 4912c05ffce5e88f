"""The tags grammar: order, missing ENDs, mistakes shown with the right form, hostile strings."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.memory.calls import MOST_CALLS
from automem_graph.memory.grammar import parse, strip_commits, write_call
from automem_graph.protocols import ActionSpec, Call


def spec(name: str, kind: str, routines: str, *args: str) -> ActionSpec:
    fields = {"name": name, "kind": kind, "routines": routines.split(), "args": args, "help": "x"}
    return ActionSpec.model_validate(fields)


ACTIONS = (
    spec("SEARCH", "search", "log plan", "file", "keyword"),
    spec("READ", "read", "log plan", "file", "from_line?"),
    spec("APPEND", "write", "log", "file", "text"),
    spec("LIST", "read", "log plan"),
    spec("UPSERT_MAP", "write", "log", "key", "text"),
    spec("DONE", "done", "log"),
    spec("ACTION", "commit", "plan", "action"),
)
BY_NAME = {action.name: action for action in ACTIONS}


def short(calls: tuple[Call, ...]) -> list[tuple[str, ...]]:
    return [(call.name, *call.args.values()) for call in calls]


def one(reply: str, routine: str = "log") -> Call:
    (call,) = parse(reply, ACTIONS, routine)  # type: ignore[arg-type]
    return call


def test_calls_come_in_text_order_whatever_their_kind() -> None:
    reply = (
        "First a note.\n<|APPEND|>notes.md|saw a cow<|END|> then "
        "<|SEARCH|>notes.md|cow<|END|><|READ|>notes.md<|END|>\n<|APPEND|>b|x<|END|> <|DONE|>"
    )
    calls = parse(reply, ACTIONS, "log")
    assert short(calls) == [
        ("APPEND", "notes.md", "saw a cow"),
        ("SEARCH", "notes.md", "cow"),
        ("READ", "notes.md"),
        ("APPEND", "b", "x"),
        ("DONE",),
    ]
    assert not any(call.problem for call in calls)
    assert calls[0].text == "<|APPEND|>notes.md|saw a cow<|END|>"
    assert dict(calls[0].args) == {"file": "notes.md", "text": "saw a cow"}


@pytest.mark.parametrize(
    "reply",
    [
        "<|SEARCH|>notes.md|cow<|END|>",
        "<|search|>notes.md|cow<|end|>",
        "<SEARCH>notes.md|cow<END>",
        "<search> notes.md | cow </search>",
        "<|Search|>notes.md|cow</|END|>",
        "<|SEARCH|>notes.md|cow<|/END|>",
        "<|SEARCH>\nnotes.md|cow\n",
        "<SEARCH|>notes.md|cow<|im_end|>",
        "I will <|SEARCH|>notes.md|cow",
    ],
)
def test_sloppy_tags_are_understood(reply: str) -> None:
    assert short((one(reply),)) == [("SEARCH", "notes.md", "cow")]
    assert one(reply).problem is None


def test_a_missing_end_does_not_swallow_the_next_action() -> None:
    reply = "<|APPEND|>a.md|one\n<|APPEND|>b.md|two\n<|SEARCH|>a.md|x<|ACTION|>Noop<|END|>"
    calls = parse(reply, ACTIONS, "log")
    assert short(calls) == [
        ("APPEND", "a.md", "one"),
        ("APPEND", "b.md", "two"),
        ("SEARCH", "a.md", "x"),
        ("ACTION", "Noop"),
    ]
    assert [call.text for call in calls[:2]] == ["<|APPEND|>a.md|one", "<|APPEND|>b.md|two"]


def test_the_last_argument_takes_the_rest() -> None:
    text = "a | b\n\n  <think>x < y</think> <|FOO|> <b>"
    assert one(f"<|APPEND|> n.md |\n\n  {text}\n\n<|END|>").args["text"] == text
    assert one("<|ACTION|>Move | West<|END|>", "plan").args["action"] == "Move | West"


def test_an_optional_argument_may_be_left_out_or_empty() -> None:
    assert dict(one("<|READ|>a.md<|END|>").args) == {"file": "a.md"}
    assert dict(one("<|READ|>a.md|<|END|>").args) == {"file": "a.md"}
    assert dict(one("<|READ|>a.md|7<|END|>").args) == {"file": "a.md", "from_line": "7"}


def test_an_action_without_arguments_needs_no_end() -> None:
    assert short(parse("<|LIST|> files <|DONE|><|END|>", ACTIONS, "log")) == [("LIST",), ("DONE",)]
    assert parse("<|END|> </search> <END>", ACTIONS, "log") == ()


@pytest.mark.parametrize(
    ("reply", "routine", "words"),
    [
        ("<|DELETE|>a.md<|END|>", "log", ["no action DELETE", "<|SEARCH|>file|keyword<|END|>"]),
        ("<|delete|>", "plan", ["no action DELETE", "In PLAN", "<|ACTION|>action<|END|>"]),
        ("<|APPEND|>a|b<|END|>", "plan", ["APPEND is not for this routine", "<|READ|>"]),
        ("<|ACTION|>Noop<|END|>", "log", ["ACTION is not for this routine", "<|DONE|>"]),
        ("<|SEARCH|>cow<|END|>", "log", ["needs keyword", "<|SEARCH|>file|keyword<|END|>"]),
        ("<|SEARCH|>", "log", ["needs file and keyword"]),
        ("<|SEARCH|>|cow<|END|>", "log", ["needs file."]),
        ("<|APPEND|>a.md| \n <|END|>", "log", ["needs text"]),
        ("<|ACTION|><|END|>", "plan", ["needs action"]),
    ],
)
def test_a_mistake_is_named_and_the_right_form_shown(
    reply: str, routine: str, words: list[str]
) -> None:
    problem = one(reply, routine).problem
    assert problem is not None
    assert all(word in problem for word in words)
    assert "<|APPEND|>" not in problem or routine == "log"


def test_plain_text_is_no_action() -> None:
    reply = "<think>a < b > c</think> <b>bold</b> <|im_start|> <| SEARCH |> SEARCH a|b <<|>> <>"
    assert parse(reply, ACTIONS, "log") == ()


def test_only_the_first_commit_counts() -> None:
    reply = "<|ACTION|><|END|><|ACTION|>Do<|END|><|READ|>a<|END|><|ACTION|>Sleep<|END|>"
    problems = [call.problem for call in parse(reply, ACTIONS, "plan")]
    assert problems[0] is not None
    assert "needs action" in problems[0]
    assert problems[1:3] == [None, None]
    assert problems[3] is not None
    assert "first commit" in problems[3]


def test_calls_over_the_cap_become_one_problem() -> None:
    calls = parse("<|READ|>a<|END|>" * (MOST_CALLS + 30), ACTIONS, "log")
    assert len(calls) == MOST_CALLS + 1
    assert [call.problem is None for call in calls] == [True] * MOST_CALLS + [False]
    assert "first 20" in str(calls[-1].problem)
    assert not any(call.problem for call in parse("<|LIST|>" * MOST_CALLS, ACTIONS, "log"))


def test_commits_are_stripped_with_their_bodies() -> None:
    reply = "I know.\n<|READ|>a<|END|>\n<|ACTION|>Do<|END|> and <action>Sleep\n<|LIST|> end"
    assert strip_commits(reply, ACTIONS) == "I know.\n<|READ|>a<|END|>\nand\n<|LIST|> end"
    assert strip_commits("<|ACTION|>Do<|END|>", ACTIONS) == ""
    assert strip_commits("<|AC<|ACTION|>x<|END|>TION|>y<|END|>", ACTIONS) == "<|AC\nTION|>y<|END|>"
    assert strip_commits(" as it was \n", ACTIONS) == "as it was"


FRAGMENTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["<", "|", ">", "/", "<|", "|>", "<|END|>", "<end>", "END", "\n", " ", "?"]
        ),
        st.sampled_from([f"<|{name}|>" for name in BY_NAME]),
        st.sampled_from([f"<{name.lower()}>" for name in BY_NAME]),
        st.sampled_from(["<|FOO|>", "ACTION", "AC", "TION", "a.md", "\0", "\ud800", "</search>"]),
        st.text(max_size=5),
    ),
    max_size=40,
).map("".join)
ROUTINES = st.sampled_from(["log", "plan"])


@settings(max_examples=300)
@given(st.one_of(FRAGMENTS, st.text()), ROUTINES)
def test_no_string_breaks_it(reply: str, routine: str) -> None:
    calls = parse(reply, ACTIONS, routine)  # type: ignore[arg-type]
    assert len(calls) <= MOST_CALLS + 1
    assert sum(c.problem is None and BY_NAME[c.name].kind == "commit" for c in calls) <= 1
    for call in calls:
        call.model_dump_json()
        if call.problem is None:
            declared = BY_NAME[call.name]
            assert routine in declared.routines
            assert {name for name in declared.args if not name.endswith("?")} <= call.args.keys()
            assert all(value and value == value.strip() for value in call.args.values())


@settings(max_examples=300)
@given(FRAGMENTS)
def test_no_commit_survives_stripping(reply: str) -> None:
    left = strip_commits(reply, ACTIONS)
    names = [call.name for call in parse(left, ACTIONS, "plan")[:MOST_CALLS]]
    assert "ACTION" not in names


PLAIN = (
    st.text(st.characters(exclude_characters="<>|", exclude_categories=["Cs"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
LAST = st.text(
    st.characters(exclude_characters="<>", exclude_categories=["Cs"]), min_size=1
).map(str.strip).filter(bool)  # fmt: skip


@st.composite
def written(draw: st.DrawFn) -> tuple[ActionSpec, dict[str, str]]:
    action = draw(st.sampled_from(ACTIONS))
    names = [name.removesuffix("?") for name in action.args]
    if names and action.args[-1].endswith("?") and draw(st.booleans()):
        names.pop()
    values = [draw(PLAIN) for _ in names[:-1]]
    if names:
        only = len(names) == len(action.args)
        values.append(draw(LAST if only else PLAIN))
    return action, dict(zip(names, values, strict=True))


@settings(max_examples=200)
@given(st.lists(written(), max_size=5), PLAIN)
def test_what_is_written_is_read_back_in_order(
    calls: list[tuple[ActionSpec, dict[str, str]]], between: str
) -> None:
    reply = between.join(["", *(write_call(action, args) for action, args in calls), ""])
    found = parse(reply, ACTIONS, "log")
    assert [(call.name, dict(call.args)) for call in found] == [(a.name, args) for a, args in calls]
    assert [call.text for call in found] == [write_call(action, args) for action, args in calls]


def test_a_call_without_its_argument_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="SEARCH needs keyword"):
        write_call(BY_NAME["SEARCH"], {"file": "a"})


@pytest.mark.parametrize(
    "piece", ["<|", "<", "<|SEARCH|>", "<|FOO|>", "<" + "a" * 63, "<|END|>", "</", "|", "<|A|><"]
)
def test_a_megabyte_of_fragments_is_read_in_linear_time(piece: str) -> None:
    reply = "<|APPEND|>a|" + piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    parse(reply, ACTIONS, "log")
    strip_commits(reply, ACTIONS)
    assert time.perf_counter() - start < 3
