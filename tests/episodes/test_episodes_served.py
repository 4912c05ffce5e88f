"""Many episodes at once whose models are behind a real server, which has a bad day."""

import collections
import itertools

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from support import toy
from support.openai_answers import Refusal, Reply, Request
from support.openai_server import OpenAIServer
from support.served import routine_of

TAGS = {"log": "<|APPEND|>a.md|on<|END|><|DONE|>", "plan": "<|ACTION|>Right<|END|>"}
TOOLS = {
    "log": Reply(
        tools=[("APPEND", {"file": "a.md", "text": "on"}), ("DONE", {})], finish="tool_calls"
    ),
    "plan": Reply(tools=[("ACTION", {"action": "Right"})], finish="tool_calls"),
}


@pytest.mark.parametrize(("codec", "says"), [("tags", TAGS), ("tool_calls", TOOLS)])
def test_thirty_two_episodes_of_two_roles_at_once(codec, says):
    number = itertools.count()
    busy = Refusal(429, "slow down", headers={"Retry-After": "0.1"})

    def script(request: Request) -> Reply | Refusal | str:
        return busy if next(number) in (40, 41) else says[routine_of(request)]

    with OpenAIServer(script) as server:
        jobs = [
            PlayContext(
                task=toy.NAME,
                seed=seed,
                steps=2,
                gameplay=f"vllm:act@{server.url}",
                specialist=f"vllm:keep@{server.url}",
                codec=codec,
                run="run",
            )
            for seed in range(32)
        ]
        results = list(run_episodes(jobs, ThisMachine(parallel=32)))
    assert [result.error for result in results] == [None] * 32
    assert {result.progression for result in results} == {1 / 3}
    assert {result.metrics.growth for result in results if result.metrics} == {1.5}
    assert len(server.requests) == 32 * 5 + 2
    assert {request.body["model"] for request in server.requests} == {"act", "keep"}
    sessions = collections.Counter(request.headers["x-session-id"] for request in server.requests)
    assert set(sessions) == {result.episode for result in results}
    assert min(sessions.values()) == 5
