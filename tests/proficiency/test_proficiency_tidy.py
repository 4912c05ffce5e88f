"""The fixed post-processing: only ends are cut off, and twice is as good as once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.memory.grammar import parse
from automem_graph.proficiency.tidy import tidy
from automem_graph.scaffold.load import load_scaffold

ACTIONS = load_scaffold("v0").manifest.actions
SEARCH, APPEND = "<|SEARCH|>a.md|cow<|END|>", "<|APPEND|>a.md|a cow<|END|>"
DONE, ACT = "<|DONE|>", "<|ACTION|>north<|END|>"
PIECES = (
    *(SEARCH, APPEND, DONE, ACT, "<|SEARCH|>a.md|", "<|END|>", "<|NONE|>x<|END|>", "<|SEARCH|>"),
    *(
        "<done>",
        "</search>",
        "|",
        "a.md|x",
        " words\n",
        "<|ACTION|>",
        "<|im_end|>",
        "\u00e9\U0001f600",
    ),
)
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=12).map("".join)
ROUTINES = st.sampled_from(["log", "plan"])


@pytest.mark.parametrize(
    ("routine", "reply", "target"),
    [
        ("log", f"I look.\n{SEARCH}", f"I look.\n{SEARCH}"),
        ("log", f"{APPEND}{DONE} and more {APPEND}", f"{APPEND}{DONE}"),
        ("log", f"{APPEND} that is all", APPEND),
        ("log", DONE, DONE),
        ("log", "nothing to say", ""),
        ("log", f"{ACT} {SEARCH}", f"{ACT} {SEARCH}"),
        ("log", f"{SEARCH} {ACT}", SEARCH),
        ("log", "<|SEARCH|>a.md", ""),
        ("log", f"<|NONE|>x<|END|>{SEARCH}<|NONE|>", f"<|NONE|>x<|END|>{SEARCH}"),
        ("log", "<|SEARCH|>a.md|cow <|APPEND|>a.md|x", "<|SEARCH|>a.md|cow <|APPEND|>a.md|x"),
        ("plan", f"{SEARCH} so I go {ACT} now", SEARCH),
        ("plan", f"{ACT}{SEARCH}", ""),
        ("plan", f"<|ACTION|>{SEARCH}", ""),
        ("plan", f"{SEARCH}{DONE}", SEARCH),
        ("plan", APPEND, ""),
        ("plan", "", ""),
    ],
)
def test_what_is_left_of_a_reply(routine, reply, target):
    assert tidy(reply, routine, ACTIONS) == target


@given(reply=TEXTS, routine=ROUTINES)
def test_a_target_is_the_beginning_of_the_reply_and_stays_as_it_is(reply, routine):
    target = tidy(reply, routine, ACTIONS)
    assert reply.startswith(target)
    assert tidy(target, routine, ACTIONS) == target


@given(reply=TEXTS, routine=ROUTINES)
def test_what_is_left_does_the_same_as_before(reply, routine):
    target = tidy(reply, routine, ACTIONS)
    left, whole = parse(target, ACTIONS, routine), parse(reply, ACTIONS, routine)
    assert [(call.name, call.args) for call in left] == [
        (call.name, call.args) for call in whole[: len(left)]
    ]
    assert not left or left[-1].problem is None
    if routine == "plan":
        assert "ACTION" not in [call.name for call in left]


@given(words=st.text(max_size=40), routine=ROUTINES)
def test_words_after_the_last_action_are_cut_off(words, routine):
    target = tidy(f"{words}{SEARCH}{words}", routine, ACTIONS)
    assert not target or target.endswith((">", "cow"))
