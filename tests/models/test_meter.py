"""The meter: exact under threads, and shared through its file."""

import threading
from pathlib import Path

import pytest

from automem_graph.models.budget import Budget, OutOfBudget, Price
from automem_graph.models.meter import Counts, Meter

METER = Path("meter")


def spend(meter: Meter, tokens: int) -> None:
    with meter.call("openai:m") as count:
        count(tokens, 0)


def test_it_stops_where_another_call_does_not_fit_and_stays_stopped():
    meter = Meter.start(METER, Budget(max_tokens=100), Counts())
    for _ in range(3):
        spend(meter, 30)
    with pytest.raises(OutOfBudget, match="100 tokens"):
        spend(meter, 1)
    assert Meter(METER).refusal


def test_calls_under_way_count_as_the_mean():
    Meter.start(METER, Budget(max_tokens=100), Counts())
    one, other = Meter(METER), Meter(METER)
    spend(one, 30)
    with one.call("openai:m"), other.call("openai:m"), pytest.raises(OutOfBudget):
        spend(one, 30)


def test_what_was_spent_before_counts():
    meter = Meter.start(METER, Budget(max_tokens=100), Counts(tokens=90, calls=3))
    with pytest.raises(OutOfBudget):
        spend(meter, 1)


def test_a_call_that_fails_counts_nothing():
    meter = Meter.start(METER, Budget(max_tokens=10), Counts())
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), meter.call("openai:m"):
            raise ZeroDivisionError
    spend(meter, 4)


def test_cost_follows_the_price():
    prices = {"openai:m": Price(input=2e6, output=0)}
    meter = Meter.start(METER, Budget(max_cost=10, prices=prices), Counts())
    spend(meter, 3)
    with pytest.raises(OutOfBudget, match=r"\$10\.00"):
        spend(meter, 3)


def test_nothing_is_lost_between_threads():
    meter = Meter.start(METER, Budget(max_tokens=10_000), Counts())
    begun = []

    def calls() -> None:
        own = Meter(METER)
        for _ in range(100):
            try:
                spend(own, 50)
            except OutOfBudget:
                return
            begun.append(1)

    threads = [threading.Thread(target=calls) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 10_000 - 8 * 50 <= len(begun) * 50 <= 10_000
    assert meter.refusal
