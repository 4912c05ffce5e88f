"""Calls to a real server on its bad days: what is tried again, what is the end at once."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import tool

from automem_graph.models import calling, resolve, servers
from automem_graph.models.calling import ModelError, NoReply, call
from automem_graph.models.local.chat import LocalChat
from automem_graph.models.resolve import resolve_model
from support.openai_answers import Answer, Cut, Nonsense, Refusal, Reply, Request, Silence
from support.openai_server import OpenAIServer
from support.scripted import Scripted, in_turn

PROMPT = [{"role": "user", "content": "Where is the cow?"}]
REPLY = "North of the lake."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses, few tries, and no memory of servers that had the same port."""
    monkeypatch.setattr(calling, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(calling, "TRIES", 3)
    monkeypatch.setattr(servers, "_HEALTH", {})
    monkeypatch.delenv("VLLM_API_KEY", raising=False)


@pytest.fixture(scope="module")
def one_server() -> Iterator[OpenAIServer]:
    with OpenAIServer(lambda request: REPLY) as server:
        yield server


@pytest.fixture
def server(one_server: OpenAIServer) -> OpenAIServer:
    """The server of all tests here, without their memories; a test says what it answers."""
    one_server.requests.clear()
    one_server.script = lambda request: REPLY
    return one_server


@pytest.fixture(params=["whole", "streamed"])
def connect(request: pytest.FixtureRequest, server: OpenAIServer) -> Callable[[], BaseChatModel]:
    """Opens the server's model, whose replies come whole or as a stream."""

    def open_it() -> BaseChatModel:
        opened = resolve_model(f"vllm:cow-7b@{server.url}")
        return opened.model_copy(update={"streaming": request.param == "streamed"})

    return open_it


def first(*answers: Answer) -> Callable[[Request], Answer]:
    """These answers, then the reply."""
    left = list(answers)
    return lambda request: left.pop(0) if left else REPLY


@pytest.mark.parametrize(
    "trouble",
    [
        Refusal(429, "slow down"),
        Refusal(500),
        Refusal(502),
        Refusal(503, "loading"),
        Refusal(529, "overloaded"),
        Refusal(408),
        Cut(),
        Silence(0.0),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again(server, connect, trouble):
    server.script = first(trouble, trouble)
    assert call(connect(), PROMPT).text == REPLY
    assert len(server.requests) == 3


@pytest.mark.parametrize("cut", [Cut(politely=True), Cut("", politely=True)], ids=str)
def test_a_stream_that_ends_without_an_end_is_no_reply(server, cut):
    server.script = first(cut)
    model = resolve_model(f"vllm:cow-7b@{server.url}").model_copy(update={"streaming": True})
    assert call(model, PROMPT).text == REPLY


def test_a_server_that_stalls_is_asked_again(server, connect, monkeypatch):
    monkeypatch.setattr(resolve, "ANSWER_S", 0.2)
    server.script = first(Silence())
    started = time.monotonic()
    assert call(connect(), PROMPT).text == REPLY
    assert time.monotonic() - started < 5


def test_the_pause_that_a_server_asks_for_is_made(server, connect):
    server.script = first(Refusal(429, headers={"Retry-After": "0.4"}))
    started = time.monotonic()
    call(connect(), PROMPT)
    assert time.monotonic() - started >= 0.4


def test_a_pause_of_an_hour_is_not_waited_for(server, connect):
    server.script = first(Refusal(429, "day's limit", headers={"Retry-After": "3600"}))
    with pytest.raises(ModelError, match=r"left alone for 3,600 s \(429: day's limit\)"):
        call(connect(), PROMPT)
    assert len(server.requests) == 1
    assert call(connect(), PROMPT).text == REPLY  # whoever comes next does not wait for it either


def test_what_does_not_pass_is_given_up(server, connect):
    server.script = lambda request: Refusal(500, "CUDA out of memory")
    with pytest.raises(ModelError) as caught:
        call(connect(), PROMPT)
    assert len(server.requests) == 3
    assert str(caught.value) == (
        f"the model 'cow-7b' at {server.url} gave no reply in 3 tries over 0 s "
        "(at last 500: CUDA out of memory)"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Refusal(401, "Unauthorized"), "refuses the key (401: Unauthorized): check VLLM_API_KEY"),
        (Refusal(403, "not yours"), "refuses the key (403: not yours)"),
        (Refusal(404, "no cow-7b here"), "is not known there (404: no cow-7b here)"),
        (
            Refusal(400, "This model's maximum context length is 8192 tokens."),
            "takes no prompt of this length (400: This model's maximum context length is 8192",
        ),
        (
            Refusal(400, "too much", code="context_length_exceeded"),
            "takes no prompt of this length (400: context_length_exceeded: too much)",
        ),
        (
            Reply("North of the", finish="length", asked=8188),
            "takes no prompt of this length (it has 8,188 tokens, and the reply was cut at 4)",
        ),
        (Refusal(422, "bad temperature"), "refuses the request (422: bad temperature)"),
        (Refusal(429, "pay first", code="insufficient_quota"), "has no quota left"),
    ],
    ids=str,
)
def test_what_cannot_pass_is_the_end_at_once(server, connect, answer, said):
    server.script = lambda request: answer
    with pytest.raises(ModelError) as caught:
        call(connect(), PROMPT)
    assert len(server.requests) == 1
    assert str(caught.value).startswith(f"the model 'cow-7b' at {server.url} {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("finish", "asked", "limit"),
    [("stop", 8188, 4096), ("length", 12, 4096), ("length", 13, 4096), ("length", 8188, 5)],
)
def test_a_reply_that_is_whole_or_had_room_or_is_at_its_limit_goes_on(
    server, connect, finish, asked, limit
):
    server.script = lambda request: Reply(REPLY, finish=finish, asked=asked)
    model = connect().model_copy(update={"max_tokens": limit})
    assert call(model, PROMPT).text == REPLY


@pytest.mark.parametrize("body", ["{}", '{"choices": []}', '{"choices": null}', "<html>", "{"])
def test_an_answer_that_is_no_completion_is_the_end_at_once(server, body):
    server.script = lambda request: Nonsense(body)
    with pytest.raises(ModelError, match=r"gives no proper answer .*check its settings"):
        call(resolve_model(f"vllm:cow-7b@{server.url}"), PROMPT)
    assert len(server.requests) == 1


def test_an_error_in_a_body_of_success_counts_as_what_it_says(server):
    error = Nonsense('{"error": {"message": "upstream is busy", "code": 503}}')
    server.script = first(error)
    assert call(resolve_model(f"vllm:cow-7b@{server.url}"), PROMPT).text == REPLY


def test_a_server_that_is_not_there_is_the_end_at_once():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ModelError) as caught:
        call(resolve_model(f"vllm:cow-7b@http://127.0.0.1:{port}"), PROMPT)
    assert str(caught.value) == (
        f"the model 'cow-7b' at http://127.0.0.1:{port}/v1 cannot be reached (Connection refused): "
        "start it, or correct its address"
    )


def test_a_server_that_dies_is_waited_for_once():
    with OpenAIServer(first()) as server:
        model = resolve_model(f"vllm:cow-7b@{server.url}")
        assert call(model, PROMPT).text == REPLY
        server.die()
        with pytest.raises(ModelError, match=r"no reply in 3 tries .*Connection refused"):
            call(model, PROMPT)
        with pytest.raises(ModelError, match="cannot be reached"):
            call(model, PROMPT)


def test_a_server_that_is_started_again_goes_on(monkeypatch):
    monkeypatch.setattr(calling, "TRIES", 100)
    monkeypatch.setattr(calling, "LONGEST_PAUSE_S", 0.05)
    with OpenAIServer(first()) as server:
        model = resolve_model(f"vllm:cow-7b@{server.url}")
        call(model, PROMPT)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(call, model, PROMPT)
        time.sleep(0.1)
        with OpenAIServer(first(), port=server.port):
            assert answer.result().text == REPLY


def test_no_password_of_an_address_gets_into_the_sentence(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:hunter2@127.0.0.1:9/v1?token=hunter2")
    with pytest.raises(
        ModelError, match=r"at http://127\.0\.0\.1:9/v1 cannot be reached"
    ) as caught:
        call(resolve_model("openai:gpt-4o-mini"), PROMPT)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        "Incorrect API key provided: {key}",
        "no such user: Bearer {key}",
        "headers were Authorization='Bearer {key}'",
        "http://me:{key}@proxy/ said no",
        'got {{"api_key": "{key}"}}',
    ],
)
def test_no_secret_gets_into_the_sentence(server, connect, monkeypatch, words):
    known, other = "key-in-the-environment", "sk-another-0123456789"
    monkeypatch.setenv("VLLM_API_KEY", known)
    for key in (known, other):
        said = Refusal(401, words.format(key=key))
        server.script = lambda request, said=said: said
        with pytest.raises(ModelError) as caught:
            call(connect(), PROMPT)
        assert server.requests[0].headers["authorization"] == f"Bearer {known}"
        assert key not in str(caught.value)
        assert "401" in str(caught.value)


def test_tools_go_to_the_server_and_calls_come_back(server, connect):
    @tool
    def search(file: str, keyword: str) -> str:
        """Find lines."""
        return ""

    reply = Reply(tools=[("search", {"file": "a.md", "keyword": "cow"})], finish="tool_calls")
    server.script = first(Refusal(503), reply)
    answer = call(connect().bind_tools([search]), PROMPT)
    assert [one["function"]["name"] for one in server.requests[1].body["tools"]] == ["search"]
    (found,) = answer.tool_calls
    assert (found["name"], found["args"]) == ("search", {"file": "a.md", "keyword": "cow"})


def test_another_provider_is_called_the_same_way(server, monkeypatch):
    server.script = first(Refusal(500), Refusal(401, "wrong key"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    model = resolve_model("openai:gpt-4o-mini")
    with pytest.raises(ModelError, match=r"'gpt-4o-mini' at .* check OPENAI_API_KEY"):
        call(model, PROMPT)
    assert len(server.requests) == 2
    assert call(model, PROMPT).text == REPLY


def test_odd_tool_calls_are_a_reply_whichever_provider_raises_for_them(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    server.script = first(Reply("so", tools=[("search", "[1]")], finish="tool_calls"))
    answer = call(resolve_model("openai:gpt-4o-mini"), PROMPT)
    assert [made["args"] for made in answer.invalid_tool_calls] == ["[1]"]
    assert len(server.requests) == 1


def test_only_a_server_that_is_there_gives_no_reply(server, connect):
    server.script = lambda request: Refusal(500)
    with pytest.raises(NoReply):
        call(connect(), PROMPT)
    server.script = lambda request: Refusal(401)
    with pytest.raises(ModelError) as refused:
        call(connect(), PROMPT)
    server.script = first(Refusal(429, headers={"Retry-After": "3600"}))
    with pytest.raises(ModelError) as put_off:
        call(connect(), PROMPT)
    with OpenAIServer(lambda request: REPLY) as other:
        model = resolve_model(f"vllm:cow-7b@{other.url}")
        assert call(model, PROMPT).text == REPLY
        other.die()
        with pytest.raises(ModelError, match="in 3 tries") as gone:
            call(model, PROMPT)
    for caught in (refused, put_off, gone):
        assert not isinstance(caught.value, NoReply)


def test_a_model_of_this_process_is_called_as_well():
    assert call(Scripted(say=in_turn("yes")), PROMPT).text == "yes"

    def fail(messages):
        raise ZeroDivisionError("no weights")

    with pytest.raises(
        ModelError, match=r"'scripted' at Scripted gives .*ZeroDivisionError: no weights"
    ):
        call(Scripted(say=fail), PROMPT)
    with pytest.raises(ModelError, match="'nowhere' in this process gives no proper answer"):
        call(LocalChat(model="nowhere"), PROMPT)
