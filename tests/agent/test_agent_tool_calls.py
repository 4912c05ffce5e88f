"""The tool_calls codec: the same routines, every call answered, conversations any server takes."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.utils import convert_to_openai_messages

from automem_graph.agent.state import Message
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.trace import prompt_of
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer
from support.playing import scaffold_with, table
from support.scripted import by_routine, calls, in_turn
from support.served import impatient, routine_of, served

DONE = calls(("DONE", {}))
RIGHT = calls(("ACTION", {"action": "Right"}))
NOTE = calls(("APPEND", {"file": "a.md", "text": "on I go"}), ("DONE", {}))


def tooled(*said: Any, **context: Any) -> Any:
    return table(*said, codec="tool_calls", **context)


def is_valid(messages: Sequence[Message]) -> bool:
    """Whether any server takes it: each call is answered at once, in order; then turns alternate.

    For Anthropic's, answers and what the user side says after them are one turn.
    """
    waiting: list[str] = []
    for before, message in pairwise(messages):
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0)
        else:
            assert not waiting
            assert message["role"] != before["role"]
        assert message["content"].strip() or message.get("tool_calls")
        for call in message.get("tool_calls", ()):
            assert re.fullmatch("[A-Za-z0-9_-]{1,64}", call["name"])
            assert re.fullmatch("[A-Za-z0-9]{9}", call["id"])
            assert all(isinstance(value, str) for value in call["args"].values())
            waiting.append(call["id"])
    return [message["role"] for message in messages[:2]] == ["system", "user"]


def test_an_episode_is_played_as_in_tags():
    log = "<|APPEND|>a.md|on I go<|END|><|DONE|>"
    with table(by_routine(log, "<|ACTION|>Right<|END|>"), run="tags") as at:
        in_tags = at.play()
        rows = [[(a.name, a.result) for a in row.actions] for row in at.rows()]
    with tooled(by_routine(NOTE, RIGHT)) as at:
        result = at.play()
        assert [[(a.name, a.result) for a in row.actions] for row in at.rows()] == rows
        assert all(is_valid(row.messages) for row in at.rows())
        assert (at.folder.memory / "a.md").read_text() == "on I go\n" * 5
    assert result.episode != in_tags.episode
    assert (result.progression, result.steps) == (in_tags.progression, in_tags.steps)
    for name in ("growth", "writes_per_search", "repeated_writes", "calls", "failed_calls"):
        assert getattr(result.metrics, name) == getattr(in_tags.metrics, name)


def test_the_tools_of_both_routines_are_there_throughout():
    with tooled(by_routine(DONE, RIGHT), steps=2) as at:
        at.play()
        tools = [tool["function"]["name"] for tool in at.models["gameplay"].tools]
        assert tools == [action.name for action in _actions(at)]


def _actions(at: Any) -> Any:
    return at.desks(at.context, {}, None).scaffold.manifest.actions


def test_no_prompt_shows_a_tag():
    with tooled(in_turn("hm", NOTE, RIGHT, "hm", DONE), by_routine("hm", "hm"), steps=3) as at:
        at.play()
        texts = [message["content"] for row in at.rows() for message in row.messages]
    system = texts[0]
    assert "- `SEARCH(file, keyword)` show the lines" in system
    assert "You act by calling tools" in system
    assert not any("<|" in text or " tag" in text for text in texts)


def test_every_call_is_answered_in_order_before_the_user_speaks():
    reply = calls(
        ("APPEND", {"file": "a.md", "text": "one"}),
        ("READ", {"file": "a.md"}),
        ("SEARCH", {"file": "a.md"}),
        ("ACTION", {"action": "Right"}),
        ("DANCE", {}),
        ("DONE", {}),
        ("APPEND", {"file": "a.md", "text": "late"}),
    )
    with tooled(by_routine(reply, RIGHT), steps=2) as at:
        at.play()
        row = at.rows()[1]
        assert (at.folder.memory / "a.md").read_text() == "one\n"
    answers = [message["content"] for message in row.messages if message["role"] == "tool"]
    assert answers[:2] == ["Added to a.md.", "one"]
    assert "SEARCH needs keyword" in answers[2]
    assert "ACTION is not for this routine" in answers[3]
    assert "There is no action DANCE" in answers[4]
    assert answers[5:] == ["This ends the routine.", "This call did not run."]
    assert [m["role"] for m in row.messages[2:]] == [
        "assistant",
        *["tool"] * 7,
        "user",
        "assistant",
    ]
    assert row.messages[-2]["content"].startswith("# PLAN, step 1")
    assert is_valid(row.messages)


def test_malformed_arguments_are_answered():
    bad = AIMessage("", invalid_tool_calls=[{"name": "READ", "args": "{a", "id": "x", "error": ""}])
    with tooled(in_turn(bad, RIGHT), steps=1) as at:
        at.play()
        (row,) = at.rows()
    assert row.calls[0].tools[0].args == "{a"
    assert "The arguments of READ are no JSON object" in row.messages[3]["content"]
    assert is_valid(row.messages)
    assert row.action == "Right"


def test_a_reply_without_a_call_is_asked_again_then_the_fallback_acts():
    with tooled(in_turn("I like it here. <|ACTION|>Right<|END|>"), steps=1) as at:
        at.play()
        (row,) = at.rows()
    assert "Commit one action now, like this: ACTION(Wait)" in row.messages[3]["content"]
    assert row.fallback


def test_a_commit_of_the_specialist_is_stripped_and_its_reads_are_answered():
    consult = calls(("ACTION", {"action": "Left"}), ("COUNT", {"file": "a.md", "keyword": "x"}))
    with tooled(lambda _: RIGHT, lambda _: consult, steps=1) as at:
        at.play()
        (row,) = at.rows()
    assert row.action == "Right"
    assert [tool.name for tool in row.calls[0].tools] == ["ACTION", "COUNT"]
    carried, answer, handoff = row.messages[2:5]
    assert [call["name"] for call in carried["tool_calls"]] == ["COUNT"]
    assert answer["content"] == "There is no file a.md."
    assert handoff["content"].startswith("Memory has been consulted.")
    assert is_valid(row.messages)


def test_a_specialist_that_only_commits_leaves_a_placeholder():
    with tooled(lambda _: RIGHT, lambda _: calls(("action", {"action": "Left"})), steps=1) as at:
        at.play()
        (row,) = at.rows()
    assert row.messages[2] == {"role": "assistant", "content": "(no reply)"}
    assert row.action == "Right"


def test_a_rejected_commit_is_answered_with_the_reason(tmp_path):
    hooks = """
def review(action, state, seen, files):
    return "not right" if action == "Right" else None
"""
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hooks)
    left = calls(("ACTION", {"action": "Left"}))
    with tooled(in_turn(RIGHT, left), scaffold=scaffold, steps=1) as at:
        at.play()
        (row,) = at.rows()
    assert row.messages[3]["content"] == "Not taken: not right"
    assert row.action == "Left"
    assert is_valid(row.messages)


PROMPTS = [
    calls(("ACTION", {"action": "Right"})),
    calls(("ACTION", {"action": "Fly\0"}), ("DONE", {"x": "y"}), text="\ud800 so"),
    calls(("READ", {"file": "a.md", "from_line": 3}), text="let me see"),
    calls(("APPEND", {"file": "../x", "text": ["a", {"b": None}]}), ("READ", {"file": None})),
    calls(*[("COUNT", {"file": "a", "keyword": "x"})] * 25),
    calls(("", {}), ("a b", {"": ""}), ("é" * 99, {"q": "\r\n"})),
    calls(("DONE", {})),
    AIMessage("", invalid_tool_calls=[{"name": None, "args": None, "id": None, "error": None}]),
    AIMessage(""),
    AIMessage("<|DONE|>"),
]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PROMPTS), min_size=1, max_size=12), st.booleans())
def test_whatever_is_called_any_server_takes_it_and_the_trace_rebuilds_it(
    tmp_path_factory, replies, two
):
    folder = str(tmp_path_factory.mktemp("run"))
    others = [in_turn(*reversed(replies))] if two else []
    with tooled(in_turn(*replies), *others, steps=3, run=folder) as at:
        result = at.play()
        assert result.status == "done", result.error
        sent = {role: iter(list(model.prompts)) for role, model in at.models.items()}
        for row in at.rows():
            assert is_valid(row.messages)
            for number, call in enumerate(row.calls):
                (prompt,) = [next(sent[call.role])]
                assert _as_sent(prompt_of(row, number)) == convert_to_openai_messages(prompt)
    assert not any(list(left) for left in sent.values())


def _as_sent(messages: Any) -> list[Any]:
    return convert_to_openai_messages([dict(message) for message in messages])


def test_an_interrupted_episode_goes_on_where_it_was():
    def say(messages: list[BaseMessage]) -> AIMessage:
        nonlocal number
        number += 1
        if number == 6:
            raise KeyboardInterrupt
        return by_routine(NOTE, RIGHT)(messages)  # type: ignore[return-value]

    number = 0
    with tooled(say, steps=5) as at:
        with pytest.raises(KeyboardInterrupt):
            at.play()
        assert at.play().status == "done"
        assert (at.folder.memory / "a.md").read_text() == "on I go\n" * 4


def test_a_model_that_makes_no_tool_calls_is_refused():
    with table(lambda _: "hm") as at:
        at.context = replace(at.context, codec="tool_calls")
        with pytest.raises(RunError, match="gameplay makes no tool calls: leave --codec"):
            at.play()


# --- over HTTP ----------------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    impatient(monkeypatch)
    with OpenAIServer(_by_the_book) as one:
        yield one


def _by_the_book(request: Request) -> Reply:
    if routine_of(request) == "log":
        made = [("APPEND", {"file": "a.md", "text": "on"}), ("DONE", {})]
    elif "# PLAN" in request.prompt:
        made = [("READ", {"file": "a.md"})]
    else:
        made = [("ACTION", {"action": "Right"})]
    return Reply("so", thoughts="hm", tools=made, finish="tool_calls")


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("two", [False, True], ids=["one", "two"])
def test_both_roles_play_with_tools_over_http(server, streaming, two):
    with OpenAIServer(_by_the_book) as other:
        asked = {"codec": "tool_calls", "steps": 3, "streaming": streaming}
        with served(server, *[other] * two, **asked) as at:
            result = at.play()
            rows = at.rows()
    assert (result.status, result.progression) == ("done", 0.5)
    assert {call.role for call in rows[1].calls} == {"gameplay", *["specialist"] * two}
    assert all(call.thoughts == "hm" and call.reply == "so" for call in rows[1].calls)
    assert rows[1].actions[0].result == "Added to a.md."
    prompts = {"gameplay": iter(server.requests), "specialist": iter(other.requests)}
    for row in rows:
        assert is_valid(row.messages)
        for number, call in enumerate(row.calls):
            body = next(prompts[call.role]).body
            assert len(body["tools"]) == 9
            assert body["messages"] == [_over_http(one) for one in prompt_of(row, number)]


def _over_http(message: Message) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message["role"], "content": message["content"]}
    if "tool_call_id" in message:
        sent["tool_call_id"] = message["tool_call_id"]
    if "tool_calls" in message:
        sent["content"] = message["content"] or None
        sent["tool_calls"] = [
            {
                "type": "function",
                "id": call["id"],
                "function": {"name": call["name"], "arguments": json.dumps(call["args"])},
            }
            for call in message["tool_calls"]
        ]
    return sent


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
def test_malformed_arguments_over_http_are_answered(server, streaming):
    first = iter([Reply(tools=[("READ", "{a.md")], finish="tool_calls")])
    server.script = lambda request: next(first, None) or _by_the_book(request)
    with served(server, codec="tool_calls", steps=1, streaming=streaming) as at:
        assert at.play().status == "done"
        (row,) = at.rows()
    assert not row.actions[0].ok
    assert row.messages[3]["role"] == "tool"
    assert row.action == "Right"


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("odd", ["[1]", '"x"', "3", "true"])
def test_arguments_that_are_json_but_no_object_are_answered_over_http(server, streaming, odd):
    made = [("READ", odd), ("COUNT", {"file": "a.md", "keyword": "x"})]
    first = iter([Reply("so", tools=made, finish="tool_calls")])
    server.script = lambda request: next(first, None) or _by_the_book(request)
    with served(server, codec="tool_calls", steps=1, streaming=streaming) as at:
        assert at.play().status == "done"
        (row,) = at.rows()
    assert row.calls[0].reply == "so"
    assert [(tool.name, tool.args) for tool in row.calls[0].tools] == [
        ("COUNT", {"file": "a.md", "keyword": "x"}),
        ("READ", odd),
    ]
    assert "The arguments of READ are no JSON object" in row.messages[4]["content"]
    assert row.action == "Right"


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
def test_odd_tool_calls_mean_nothing_beside_tags(server, streaming):
    said = "<|ACTION|>Right<|END|>"
    server.script = lambda request: Reply(said, tools=[("READ", "[1]")], finish="tool_calls")
    with served(server, steps=1, streaming=streaming) as at:
        assert at.play().status == "done"
        (row,) = at.rows()
    assert (row.calls[0].reply, row.action) == (said, "Right")
