"""What exceptions mean, of clients that are there and of any other kind."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.faults import diagnose
from support.openai_answers import Cut, Nonsense, Refusal, Silence
from support.openai_server import OpenAIServer


def ask(answer, timeout=5.0):
    """What httpx by itself raises at such an answer."""
    with OpenAIServer(lambda request: answer) as server:
        body = {"model": "any", "messages": [], "stream": isinstance(answer, Cut)}
        with pytest.raises((httpx.HTTPError, ValueError)) as caught:
            httpx.post(
                f"{server.url}/chat/completions", json=body, timeout=timeout
            ).raise_for_status().json()
    return diagnose(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind", "status"),
    [
        (Refusal(429), "busy", 429),
        (Refusal(500), "passing", 500),
        (Refusal(401), "key", 401),
        (Refusal(404), "unknown", 404),
        (Refusal(413), "long", 413),
        (Refusal(418), "refused", 418),
        (Cut(), "passing", None),
        (Silence(0.0), "passing", None),
        (Nonsense("<html>"), "odd", None),
    ],
    ids=str,
)
def test_errors_of_httpx_are_known_by_what_they_have(answer, kind, status):
    fault = ask(answer)
    assert (fault.kind, fault.status) == (kind, status)
    assert fault.words


def test_a_time_out_may_pass():
    assert ask(Silence(), timeout=0.1).kind == "passing"


def wrapped_refusal(port):
    try:
        httpx.get(f"http://127.0.0.1:{port}")
    except httpx.HTTPError as error:
        raise ValueError("it did not work") from error


def test_nobody_there_is_known_through_all_wrapping():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ValueError, match="did not work") as caught:
        wrapped_refusal(port)
    fault = diagnose(caught.value)
    assert (fault.kind, fault.words) == ("unreachable", "Connection refused")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "unreachable"),
        (socket.gaierror(-2, "Name or service not known"), "unreachable"),
        (ConnectionError("Failed to connect to Ollama"), "unreachable"),
        (ConnectionResetError(104, "Connection reset by peer"), "passing"),
        (TimeoutError(), "passing"),
        (ValueError({"message": "later", "code": 502}), "passing"),
        (ValueError("bad JSON"), "odd"),
        (ZeroDivisionError("division by zero"), "odd"),
    ],
    ids=str,
)
def test_errors_of_python_have_a_meaning_too(error, kind):
    assert diagnose(error).kind == kind


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": ""}, 0),
        ({"retry-after": "nan"}, 0),
        ({}, 0),
    ],
)
def test_the_pause_asked_for_is_read(told, seconds):
    assert ask(Refusal(429, headers=told)).wait_s == seconds


def test_a_date_is_a_pause_too():
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert ask(Refusal(503, headers={"Retry-After": in_a_minute})).wait_s == pytest.approx(
        60, abs=5
    )
    long_ago = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert ask(Refusal(503, headers={"Retry-After": long_ago})).wait_s == 0


def test_the_words_are_the_provider_s_own_on_one_line():
    assert ask(Refusal(500, "it\n  broke.")).words.startswith("Server error '500")  # httpx's own
    error = RuntimeError("outer")
    error.status_code = 500
    error.body = {"error": {"message": "it\n  broke.", "code": "gpu_lost"}}
    assert diagnose(error).words == "gpu_lost: it broke"


class Odd(Exception):
    """An exception whose attributes are anything at all."""


ANYTHING = st.recursive(
    st.none() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["status_code", "code", "body", "response"]), ANYTHING))
def test_any_exception_has_some_meaning(attributes):
    error = Odd(*attributes.values())
    vars(error).update(attributes)
    fault = diagnose(error)
    assert "\n" not in fault.words
    assert len(fault.words) <= 400


def test_a_circle_of_causes_ends():
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert diagnose(one).kind == "odd"
