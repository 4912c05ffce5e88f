"""Budgets hold across all episodes and drivers, and a stop can be gone on from."""

import threading

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.spending import spending
from automem_graph.models.budget import Budget, Price, Unpriced
from support import toy
from support.openai_answers import Request
from support.openai_server import OpenAIServer
from support.served import routine_of

EPISODES = 16
SAYS = {"log": "<|APPEND|>a.md|on and on|<|END|><|DONE|>", "plan": "<|ACTION|>Wait<|END|>"}
LARGEST = 7 + max(len(text) // 4 + 1 for text in SAYS.values())


class Till:
    """What the server has counted, on its own."""

    def __init__(self) -> None:
        self.tokens = 0
        self._lock = threading.Lock()

    def script(self, request: Request) -> str:
        said = SAYS[routine_of(request)]
        with self._lock:
            self.tokens += 7 + len(said) // 4 + 1
        return said


def jobs(server: OpenAIServer) -> list[PlayContext]:
    return [
        PlayContext(task=toy.NAME, seed=seed, steps=8, gameplay=f"vllm:act@{server.url}", run="run")
        for seed in range(EPISODES)
    ]


def play(server: OpenAIServer, budget: Budget | None) -> set[str]:
    machine = ThisMachine(parallel=EPISODES)
    results = list(run_episodes(jobs(server), machine, budget=budget))
    assert len(results) == EPISODES
    for result in results:
        assert (result.progression is not None) == (result.status == "done")
    return {result.status for result in results}


def kept_tokens(server: OpenAIServer) -> int:
    with EpisodeDesks() as desks:
        folders = [desks.folder(job) for job in jobs(server)]
    return sum(one.input_tokens + one.output_tokens for one in spending(folders))


def test_sixteen_episodes_stop_at_the_limit_and_go_on_with_a_larger_one():
    till = Till()
    with OpenAIServer(till.script) as server:
        assert "stopped" in play(server, Budget(max_tokens=1000))
        first = till.tokens
        assert 1000 - EPISODES * LARGEST <= first <= 1000 + EPISODES * LARGEST
        kept = kept_tokens(server)
        assert first - EPISODES * 2 * LARGEST <= kept <= first

        assert "stopped" in play(server, Budget(max_tokens=kept))
        assert till.tokens == first  # nothing fits, so nobody is asked

        assert play(server, Budget(max_tokens=10**6)) == {"done"}
        assert kept + till.tokens - first == kept_tokens(server)


def test_cost_is_limited_by_the_price_of_the_model():
    till = Till()
    with OpenAIServer(till.script) as server:
        name = jobs(server)[0].gameplay
        price = Price(input=1e6, output=1e6)  # a dollar a token
        assert "stopped" in play(server, Budget(max_cost=1000, prices={name: price}))
        assert 1000 - EPISODES * LARGEST <= till.tokens <= 1000 + EPISODES * LARGEST


def test_a_limit_of_cost_needs_a_price():
    with OpenAIServer(Till().script) as server:
        with pytest.raises(Unpriced, match="vllm:act@"):
            run_episodes(jobs(server), budget=Budget(max_cost=1))
        assert server.requests == []


def test_no_call_begins_after_the_hours():
    with OpenAIServer(Till().script) as server:
        assert play(server, Budget(max_hours=0)) == {"stopped"}
        assert server.requests == []


def test_a_model_that_is_free_has_a_price_of_nothing():
    job = PlayContext(task=toy.NAME, seed=1, steps=3, run="run")
    (result,) = run_episodes([job], budget=Budget(max_cost=0.01, max_tokens=10**9, max_hours=1))
    assert result.status == "done"
