"""Several servers behind one address: an episode's requests stay together, where that is asked."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from langchain_core.tools import tool

from automem_graph.models.resolve import resolve_model
from automem_graph.models.session import in_session
from automem_graph.models.vllm import VllmChat
from support.openai_server import OpenAIServer
from support.scripted import Scripted

SPREAD = Path(__file__).parents[2] / "benchmarks" / "spread.py"
EPISODES = [f"s{seed}-0a1b2c" for seed in range(8)]


@contextmanager
def spread(*options: str) -> Iterator[tuple[str, list[OpenAIServer]]]:
    """The address of the benchmark's router, and the two servers behind it."""
    with ExitStack() as stack:
        servers = [stack.enter_context(OpenAIServer(lambda request: "On.")) for _ in range(2)]
        router = subprocess.Popen(
            [sys.executable, SPREAD, *options, *(str(server.port) for server in servers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stack.enter_context(router)
        assert router.stdout is not None
        yield f"http://127.0.0.1:{int(router.stdout.readline())}", servers


def play(url: str) -> None:
    """Three calls of each of these episodes, one after the other as in a step."""
    model = resolve_model(f"vllm:any@{url}")
    for episode in EPISODES:
        told = in_session(model, episode)
        for _ in range(3):
            assert told.invoke("What now?").text == "On."


def sessions(server: OpenAIServer) -> list[str]:
    return [request.headers["x-session-id"] for request in server.requests]


def test_an_episode_keeps_its_server_where_its_name_is_hashed():
    with spread("--sticky") as (url, servers):
        play(url)
        one, other = map(sessions, servers)
    assert set(one) | set(other) == set(EPISODES)
    assert not set(one) & set(other)
    assert one
    assert other


def test_requests_are_shared_out_in_turn_otherwise():
    with spread() as (url, servers):
        play(url)
        one, other = map(sessions, servers)
    assert len(one) == len(other) == 3 * len(EPISODES) / 2
    assert set(one) & set(other)


@tool
def look(where: str) -> str:
    """Look there."""
    return where


@pytest.mark.parametrize("streaming", [False, True])
def test_the_session_is_told_with_tools_and_in_streams_and_the_body_is_the_same(streaming):
    with OpenAIServer(lambda request: "On.") as server:
        model = resolve_model(f"vllm:any@{server.url}")
        assert isinstance(model, VllmChat)
        model = model.model_copy(update={"streaming": streaming})
        for one in (model, model.in_session("s1-0a1b2c")):
            assert one.bind_tools([look]).invoke("What now?").text == "On."
        bare, told = server.requests
    assert "x-session-id" not in bare.headers
    assert told.headers["x-session-id"] == "s1-0a1b2c"
    assert told.body == bare.body


class Another(Scripted):
    """A model of somebody's own, to which a session is something else."""

    def in_session(self, *_: str) -> None:
        raise AssertionError("nobody knows what this does")


def test_a_model_that_says_nothing_of_sessions_is_left_as_it_is():
    model = Another(say=lambda messages: "On.")
    assert in_session(model, "s1-0a1b2c") is model
