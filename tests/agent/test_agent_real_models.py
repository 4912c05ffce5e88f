"""The loop on models behind real servers: their thoughts, their sampling, their bad days."""

from collections.abc import Iterator

import pytest

from automem_graph.episodes.layout import RunError
from support.openai_answers import Cut, Refusal, Reply, Request
from support.openai_server import OpenAIServer
from support.playing import table
from support.served import impatient, routine_of, served

DONE = "<|DONE|>"
RIGHT = "<|ACTION|>Right<|END|>"
LEFT = "<|ACTION|>Left<|END|>"


def by_the_book(request: Request) -> str:
    return DONE if routine_of(request) == "log" else RIGHT


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(by_the_book) as one:
        yield one


@pytest.fixture
def keeper() -> Iterator[OpenAIServer]:
    with OpenAIServer(lambda request: DONE if routine_of(request) == "log" else "ok") as one:
        yield one


def test_an_episode_is_played_and_its_tokens_are_the_servers(server):
    with served(server) as at:
        result = at.play()
        rows = at.rows()
    assert (result.status, result.progression) == ("done", 1.0)
    assert len(server.requests) == sum(len(row.calls) for row in rows)
    assert all(call.usage.input == 7 and not call.usage.approximate for call in rows[1].calls)


@pytest.mark.parametrize("beside", [True, False])
def test_thoughts_are_traced_and_neither_executed_nor_carried_on(server, beside):
    thought = f"Shall I? {LEFT}"
    said = Reply("Well.", thoughts=thought) if beside else Reply(f"<think>{thought}</think>Well.")
    first = iter([said])
    server.script = lambda request: next(first, RIGHT)
    with served(server, steps=1) as at:
        at.play()
        (row,) = at.rows()
    assert row.action == "Right"
    assert (row.calls[0].thoughts, row.calls[0].reply) == (thought, "Well.")
    assert row.calls[1].thoughts == ""
    assert not any(LEFT in message["content"] for message in row.messages)
    assert "Left" not in str(server.requests[1].body["messages"][2:])


def test_a_baseline_keeps_its_thoughts_apart_as_well(server):
    server.script = lambda request: Reply(RIGHT, thoughts="to the right, then")
    with served(server, steps=2, agent="window") as at:
        at.play()
        rows = at.rows()
    assert [row.calls[0].thoughts for row in rows] == ["to the right, then"] * 2
    assert rows[1].action == "Right"


def test_every_role_is_sampled_as_asked(server, keeper):
    sampling = {"temperature": 0.2, "reply_tokens": 100, "specialist_temperature": 0.9}
    with served(server, keeper, steps=1, **sampling) as at:
        at.play()
    (acted,), (kept,) = server.requests, keeper.requests
    assert (acted.body["temperature"], acted.body["max_completion_tokens"]) == (0.2, 100)
    assert (kept.body["temperature"], kept.body["max_completion_tokens"]) == (0.9, 100)


def test_the_paper_s_sampling_is_the_default(server):
    with served(server, steps=1) as at:
        at.play()
    body = server.requests[0].body
    assert (body["temperature"], body["max_completion_tokens"]) == (1.0, 4096)


def test_one_model_with_two_samplings_plays_two_roles(server):
    with served(server, steps=1, specialist_temperature=0.0) as at:
        at.play()
        (row,) = at.rows()
    assert [call.role for call in row.calls] == ["specialist", "gameplay"]
    assert [request.body["temperature"] for request in server.requests] == [0.0, 1.0]


def test_sampling_that_no_model_can_have_is_refused(server):
    with (
        served(server, temperature=float("nan")) as at,
        pytest.raises(RunError, match="temperature: Input should be"),
    ):
        at.play()


def test_a_server_that_dies_fails_the_episode_and_it_goes_on_when_it_is_back():
    with OpenAIServer(by_the_book) as whole, served(whole, run="whole") as at:
        undisturbed = at.play()
    with OpenAIServer(by_the_book) as server, served(server) as at:
        server.script = lambda request: server.die() if _is(6, server) else by_the_book(request)
        failed = at.play()
        assert (failed.status, failed.progression, failed.steps) == ("failed", None, 3)
        assert "Connection refused" in str(failed.error)
        again = at.play()
        assert "cannot be reached" in str(again.error)
        with OpenAIServer(by_the_book, port=server.port):
            result = at.play()
        assert not any(call.error for row in at.rows() for call in row.calls)
    assert (result.status, result.steps) == ("done", undisturbed.steps)
    assert result.progression == undisturbed.progression


def _is(call: int, server: OpenAIServer) -> bool:
    return len(server.requests) == call


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal(401, "who are you"), "refuses the key"),
        (Refusal(404, "no such model"), "is not known there"),
        (Refusal(400, "maximum context length is 10"), "takes no prompt of this length"),
    ],
    ids=["key", "model", "context"],
)
@pytest.mark.parametrize("role", ["gameplay", "specialist"])
def test_what_cannot_pass_fails_the_episode_at_once(server, keeper, refusal, said, role):
    troubled = server if role == "gameplay" else keeper
    troubled.script = lambda request: refusal
    with served(server, keeper) as at:
        result = at.play()
        assert at.rows() == []
    assert (result.status, result.progression, result.steps) == ("failed", None, 0)
    assert said in str(result.error)
    assert len(troubled.requests) == 1


def test_a_specialist_without_a_reply_hands_off_and_is_counted(server, keeper):
    answers = iter([Refusal(500, "out of memory")] * 2)
    by_the_book = keeper.script
    keeper.script = lambda request: next(answers, None) or by_the_book(request)
    with served(server, keeper, steps=2) as at:
        result = at.play()
        first, second = at.rows()
    assert [(call.role, bool(call.error)) for call in first.calls] == [
        ("specialist", True),
        ("gameplay", False),
    ]
    assert "gave no reply in 2 tries" in first.calls[0].error
    assert [m["role"] for m in first.messages] == [
        "system", "user", "assistant", "user", "assistant",
    ]  # fmt: skip
    assert first.messages[2]["content"] == "(no reply)"
    assert "Memory has been consulted." in first.messages[3]["content"]
    assert not any(call.error for call in second.calls)
    assert result.status == "done"
    assert result.metrics is not None
    assert result.metrics.specialist_failures == pytest.approx(1 / 3)


def test_a_specialist_that_fails_in_log_is_followed_by_plan(server, keeper):
    answers = iter(["ok", Cut(), Cut()])
    keeper.script = lambda request: next(answers, "ok")
    with served(server, keeper, steps=2) as at:
        assert at.play().status == "done"
        row = at.rows()[1]
    said = [(call.routine, call.role, bool(call.error)) for call in row.calls]
    assert said == [
        ("log", "specialist", True),
        ("plan", "specialist", False),
        ("plan", "gameplay", False),
    ]


def test_a_specialist_that_never_replies_fails_the_episode(server, keeper):
    keeper.script = lambda request: Refusal(500)
    with served(server, keeper) as at:
        result = at.play()
    assert (result.status, result.steps) == ("failed", 1)
    assert "gave no reply" in str(result.error)


def test_a_gameplay_model_is_never_passed_over(server, keeper):
    server.script = lambda request: Refusal(500)
    with served(server, keeper) as at:
        result = at.play()
    assert (result.status, result.steps) == ("failed", 0)


def test_tokens_are_counted_for_each_role(server, keeper):
    with served(server, keeper, steps=2) as at:
        result = at.play()
    found = result.metrics
    assert found is not None
    assert (found.input_tokens, found.specialist_input_tokens) == (5 * 7 / 2, 3 * 7 / 2)
    assert 0 < found.specialist_output_tokens < found.output_tokens
    assert found.specialist_failures == 0
    assert "specialist_input_tokens" in found.shown()


def test_a_lone_model_has_no_measures_of_a_specialist():
    with table(lambda _: RIGHT + DONE, steps=2) as at:
        found = at.play().metrics
    assert found is not None
    assert found.specialist_input_tokens == 0
    assert not any(name.startswith("specialist") for name in found.shown())
