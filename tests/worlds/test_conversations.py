"""A dataset of conversations as a task: how it is read, what is seen, and what an answer earns."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.protocols import ANSWER_CHARS
from automem_graph.worlds.conversations import ConversationTask, conversations
from automem_graph.worlds.conversations.example import example_of
from automem_graph.worlds.conversations.scoring import EvaluatorFailed, says
from automem_graph.worlds.own import BadTask
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import UnknownTask, find_task, own_version, worlds_of

ANNA = {
    "id": "anna",
    "sessions": [
        {"messages": ["My sister moved to Lyon.", "I like tea."]},
        {"messages": [{"text": "Where does my sister live?", "expected": "Lyon"}]},
        {"messages": [{"text": "And what do I drink?", "expected": ["tea", "green tea"]}]},
    ],
}
BEN = {"messages": [{"text": "2 and 2?", "expected": 4}]}


def dataset(*rows: Any, file: str = "data.jsonl") -> str:
    Path(file).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return file


def task(*rows: Any, **other: Any) -> ConversationTask:
    return conversations(dataset(*rows), name="support", **other)


# --- reading --------------------------------------------------------------------------------------


def test_an_example_is_a_world_and_the_longest_sets_the_limit():
    found = task(ANNA, BEN)
    assert [example.id for example in found.examples] == ["anna", "2"]
    assert (found.worlds, found.card.max_steps, found.card.answers) == (2, 4, True)
    with pytest.raises(ValueError, match="support has no example 2"):
        found.open(2)


def test_exported_messages_are_read_with_the_answers_that_are_marked():
    def text(said: str) -> dict[str, str]:
        return {"type": "text", "text": said}

    exported = {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": [text("I moved"), text("to Rome.")]},
            {"role": "assistant", "content": "How nice!", "refusal": None},
            {"role": "user", "content": "Where do I live?", "name": "anna"},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
            {"role": "tool", "content": "Rome", "tool_call_id": "1"},
            {"role": "assistant", "content": "In Rome.", "expected": "Rome"},
            {"type": "human", "content": "Which country?"},
            {"type": "ai", "content": "Italy", "expected": True},
        ],
        "tools": [],
    }  # fmt: skip
    (session,) = example_of(exported, "1").sessions
    assert [(turn.text, turn.expected) for turn in session] == [
        ("I moved\nto Rome.", None),
        ("Where do I live?", "Rome"),
        ("Which country?", "Italy"),
    ]
    bare = {"sessions": [["Hello"], [{"role": "user", "content": "Who?", "expected": "Me"}]]}
    assert [len(session) for session in example_of(bare, "1").sessions] == [1, 1]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "data.jsonl:3: this is no JSON"),
        ("7", "data.jsonl:3: an example: Input should be"),
        ("{}", "data.jsonl:3: sessions: Field required"),
        ('{"sessions": []}', "data.jsonl:3: sessions: Tuple should have at least 1 item"),
        ('{"sessions": [{"messages": ["a", 7]}]}', "data.jsonl:3: sessions.0.messages.1: Input"),
        ('{"messages": [{"text": ""}]}', "data.jsonl:3: sessions.0.messages.0.text: String should"),
        ('{"messages": [{"text": "a", "expcted": "b"}]}', "sessions.0.messages.0.expcted: Extra"),
        ('{"messages": [{"role": "usr", "content": "a"}]}', "messages.0.role: Input should be"),
        ('{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}', "content"),
        ('{"messages": ["Hello"]}', "data.jsonl:3: no message has an `expected` answer"),
        ('{"sessions": [[{"role": "system", "content": "a"}]]}', "session has no message of a p"),
        ('{"messages": [{"role": "assistant", "expected": "b"}, "a"]}', "before anything was said"),
        ('{"id": "anna", "messages": [{"text": "a", "expected": 1}]}', "another example 'anna'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(row: str, said: str):
    Path("data.jsonl").write_text(f"{json.dumps(ANNA)}\n\n{row}\n")
    with pytest.raises(BadTask) as error:
        _ = conversations("data.jsonl", name="support").examples
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_none_is_told():
    for text, said in ((None, "the dataset data.jsonl cannot be read"), ("\n", "has no examples")):
        if text is not None:
            Path("data.jsonl").write_text(text)
        with pytest.raises(BadTask, match=said):
            _ = conversations("data.jsonl", name="support").examples


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "sessions", "messages", "text", "expected", "role",
                                       "content", "type", "user"]), inner, max_size=4)
)))  # fmt: skip
def test_no_json_breaks_the_reading(raw: Any):
    with suppress(BadTask):
        example = example_of(raw, "1")
        assert 0 < example.checked <= example.turns


# --- playing --------------------------------------------------------------------------------------


def test_messages_are_seen_one_by_one_and_checked_answers_count():
    world = task(ANNA).open(0)
    first = world.reset()
    assert first.text == "A new conversation begins.\n\nMy sister moved to Lyon."
    assert first.facts == {"example": "anna", "session": 1, "turn": 1}
    second = world.step("Noted")
    assert (second.text, second.reward, second.progression) == ("I like tea.", 0.0, 0.0)
    third = world.step("Noted")
    assert third.text.endswith("begins.\n\nWhere does my sister live?")
    assert third.facts == {"example": "anna", "session": 2, "turn": 1}
    fourth = world.step("She lives in LYON!")
    assert (fourth.reward, fourth.progression, fourth.done) == (1.0, 0.5, False)
    last = world.step("coffee")
    assert (last.reward, last.progression, last.done) == (0.0, 0.5, True)
    assert "expected" not in last.model_dump_json()
    with pytest.raises(ValueError, match="the conversations of anna are over"):
        world.step("tea")
    assert world.reset() == first


@pytest.mark.parametrize(
    ("answer", "expected", "right"),
    [
        ("Lyon", "Lyon", True),
        ("  in lyon. ", "Lyon", True),
        ("Lyons", "Lyon", False),
        ("On the 3rd of May", "on 3rd of May", True),
        ("3 May", "May 3", False),
        ("It is 4.", 4, True),
        ("ＬＹＯＮ", "Lyon", True),
        ("a café", "Café", True),
        ("green tea", ["coffee", "tea"], True),
        ("milk", ["coffee", "tea"], False),
        ("The.", "the", True),
        ("It is 4.5", 4, False),
        ("-4", 4, False),
        ("at 15:00.", "15:00", True),
        ("15:30", 15, False),
        ("3rd-4th", "4th", True),
        ("Who", "the", False),
        ("!", "?", False),
        ("?", "?", True),
        ("", "Lyon", False),
        (" ".join(f"town{n}" for n in range(19)) + " Lyon", "Lyon", True),
        (" ".join(f"town{n}" for n in range(21)) + " Lyon", "Lyon", False),
    ],
)
def test_an_answer_is_right_where_it_says_what_is_expected_and_little_else(
    answer: str, expected: Any, right: bool
):
    assert says(outputs=answer, reference_outputs=expected) is right


# --- evaluators -----------------------------------------------------------------------------------


def longer(outputs: str, reference_outputs: str) -> bool:
    return len(outputs) > len(reference_outputs)


def all_three(*, inputs: str, outputs: str, reference_outputs: str, **_: Any) -> dict[str, Any]:
    return {"key": "k", "score": 0.25 * (inputs + outputs + reference_outputs).count("e")}


class Graded:
    score = 0.5


class Grader:
    def __call__(self, outputs: str) -> Graded:
        return Graded()


@pytest.mark.parametrize(
    ("evaluator", "score"),
    [(longer, 1.0), (all_three, 0.75), (Grader(), 0.5), (lambda outputs, k=3: k / 4, 0.75)],
)
def test_an_evaluator_is_asked_in_its_own_way(evaluator: Any, score: float):
    world = task({"messages": [{"text": "e?", "expected": "e"}]}, evaluator=evaluator).open(0)
    world.reset()
    assert world.step("be").progression == score


def test_an_evaluator_that_asks_for_other_things_is_refused():
    def strange(run: Any, example: Any) -> bool:
        return True

    with pytest.raises(BadTask, match="the evaluator strange asks for run, example; it can be"):
        task(ANNA, evaluator=strange)


async def later(outputs: str) -> bool:
    return True


def failing(outputs: str) -> bool:
    return bool(1 / 0)


@pytest.mark.parametrize(
    ("evaluator", "said"),
    [
        (failing, r"evaluator failing raised ZeroDivisionError: .*test_conversations.py:\d+\), at"),
        (later, "evaluator later returned '<coroutine"),
        (lambda outputs: 7, "returned '7': it should be true or false, or a score from 0 to 1"),
        (lambda outputs: float("nan"), "returned 'nan'"),
        (lambda outputs: None, "returned 'None'"),
        (lambda outputs: {"key": "k"}, "returned \"{'key': 'k'}\""),
    ],
)
def test_an_evaluator_that_fails_is_told_with_the_message(evaluator: Any, said: str):
    world = task({"id": "x", "messages": [{"text": "a", "expected": "b"}]}, evaluator=evaluator)
    live = world.open(0)
    live.reset()
    with pytest.raises(EvaluatorFailed, match=f"{said}.*message 1 of session 1 of x"):
        live.step("b")


# --- as a user names it ---------------------------------------------------------------------------


def module(name: str, rows: Mapping[str, Any], evaluator: str = "says") -> str:
    dataset(rows, file=f"{name}.jsonl")
    Path(f"{name}.py").write_text(
        "from automem_graph.worlds.conversations import conversations\n"
        "from automem_graph.worlds.conversations.scoring import says\n"
        f"chat = conversations('{name}.jsonl', name='chat', evaluator={evaluator})\n"
    )
    return f"{name}:chat"


def test_it_lives_in_another_process_and_takes_any_answer():
    name = module("chat_one", ANNA)
    assert worlds_of(name) == 1
    with WorldProcess.start() as worlds:
        world = worlds.open(name, 0)
        assert world.reset() == find_task(name).open(0).reset()
        assert world.replay(["Noted", "ja", "Lyon, I think"]).progression == 0.5
        with pytest.raises(ValueError, match="an answer has at most 2,000 characters"):
            world.step("x" * (ANSWER_CHARS + 1))


def test_a_broken_dataset_is_an_unknown_task_that_says_why():
    name = module("chat_bad", {"messages": ["Hello"]})
    with pytest.raises(UnknownTask, match=r"'chat_bad:chat' cannot be made: chat_bad\.jsonl:1: no"):
        find_task(name)


def test_changed_data_or_another_evaluator_are_other_episodes():
    def changed(example: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**example, "sessions": [*example["sessions"][:2], ["Bye"]]}

    found = [
        task(ANNA).version,
        task(changed(ANNA)).version,
        task(ANNA, BEN).version,
        task(ANNA, evaluator=longer).version,
    ]
    assert len({*found}) == 4
    assert task(ANNA).version == found[0]
    with EpisodeDesks() as desks:
        asked = [
            desks.asked(PlayContext(task=module(name, rows), seed=0))
            for name, rows in (("chat_two", ANNA), ("chat_three", changed(ANNA)))
        ]
    assert [one.task_version for one in asked] == [
        own_version(find_task(one.task)) for one in asked
    ]
    assert asked[0].task_version != asked[1].task_version
