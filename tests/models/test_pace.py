"""How many calls at once: found out from a server that refuses what is too much."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf

import pytest

from automem_graph.models import calling, servers
from automem_graph.models.calling import call
from automem_graph.models.pace import Pace
from automem_graph.models.resolve import resolve_model
from automem_graph.models.servers import Server
from support.openai_answers import Refusal, Reply
from support.openai_server import OpenAIServer
from support.processes import wait_for


def test_there_is_no_limit_until_a_server_sets_one():
    pace = Pace()
    pace.speed_up()
    assert pace.most == inf


def test_a_refusal_halves_what_is_under_way_and_successes_add_one_by_one():
    pace = Pace()
    began = time.monotonic()
    with pace.place(), pace.place(), pace.place(), pace.place():
        pace.slow_down(began, 0)
        assert pace.most == 2
        pace.slow_down(began, 0)  # of the same burst
        assert pace.most == 2
    pace.speed_up()
    pace.speed_up()
    assert pace.most == pytest.approx(2.9)
    for _ in range(9):
        with pace.place():
            pace.slow_down(time.monotonic(), 0)
    assert pace.most == 1


def test_a_place_is_waited_for():
    pace = Pace()
    entered = threading.Event()

    def enter():
        with pace.place():
            entered.set()

    with pace.place():
        pace.slow_down(time.monotonic(), 0)
        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.1)
    assert entered.wait(5)
    thread.join()


def test_nobody_begins_in_the_pause_that_a_server_asks_for():
    pace = Pace()
    pace.slow_down(time.monotonic(), 0.3)
    started = time.monotonic()
    with pace.place():
        assert time.monotonic() - started >= 0.25


def test_one_model_is_called_by_many_threads_at_once(monkeypatch):
    monkeypatch.setattr(servers, "_HEALTH", {})
    everybody = threading.Barrier(32, timeout=10)

    def when_all_are_here(request):
        everybody.wait()
        return request.prompt

    with OpenAIServer(when_all_are_here) as server, ThreadPoolExecutor(32) as pool:
        model = resolve_model(f"vllm:any@{server.url}")
        asked = [str(number) for number in range(32)]
        assert list(pool.map(lambda text: call(model, [("user", text)]).text, asked)) == asked


def test_many_callers_find_what_a_server_takes(monkeypatch):
    """Sixteen threads at a server that takes three calls at once: nothing is lost."""
    monkeypatch.setattr(calling, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(servers, "_HEALTH", {})
    lock, inside, refused = threading.Lock(), [0], [0]

    def at_most_three(request):
        with lock:
            inside[0] += 1
            if inside[0] > 3:
                inside[0] -= 1
                refused[0] += 1
                return Refusal(429)
        time.sleep(0.01)
        with lock:
            inside[0] -= 1
        return Reply(request.prompt)

    with OpenAIServer(at_most_three) as server, ThreadPoolExecutor(16) as pool:
        model = resolve_model(f"vllm:any@{server.url}")
        asked = [str(number) for number in range(96)]
        answers = list(pool.map(lambda text: call(model, [("user", text)]).text, asked))
        assert answers == asked
        assert 0 < refused[0] < len(asked)
        assert Server(model).health.pace.most < 16
        wait_for(lambda: inside[0] == 0)
