"""The arithmetic of docs/scaling.md: bounds that hold, and the hours of docs/qwen32b.md."""

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.benchmarks import benchmark


@pytest.fixture(scope="module")
def throughput() -> Iterator[ModuleType]:
    with benchmark("throughput") as module:
        yield module


def test_the_hours_to_collect_are_those_of_the_other_page(throughput):
    site = throughput.Site(servers=1, in_flight=40, cores=16)
    crafter = throughput.episodes_per_hour(site, throughput.Load(), steps=1000)
    assert 100 / crafter == pytest.approx(21.4, rel=0.01)


def test_a_server_with_a_fixed_latency_and_slots_is_easily_reckoned(throughput):
    server = throughput.Server(token_s=0.5, token_each_s=0, read_s=0, slots=8)
    load = throughput.Load(calls=3, tokens_in=0, tokens_out=1, own_s=0, cpu_s=0.015)
    site = throughput.Site(server, servers=2, cores=2, in_flight=8)
    found = [throughput.rate(replace(site, in_flight=episodes), load) for episodes in (8, 16, 32)]
    assert [limit for _, limit in found] == ["episodes in flight", "episodes in flight", "servers"]
    assert [steps for steps, _ in found] == pytest.approx([8 / 1.5, 16 / 1.5, 16 / 1.5])
    many = replace(site, servers=40, in_flight=320)
    assert throughput.rate(many, load) == (pytest.approx(2 / 0.015), "cores")


@settings(max_examples=40)
@given(st.integers(1, 8), st.integers(1, 60), st.floats(0, 1), st.integers(1, 64))
def test_more_helps_and_hashing_does_not(throughput, servers, in_flight, own_s, slots):
    load = throughput.Load(own_s=own_s)
    server = throughput.Server(slots=slots)
    site = throughput.Site(server, servers, 2, in_flight)
    steps, _ = throughput.rate(site, load)
    assert 0 < steps <= in_flight / (load.calls * server.call_s(1, load) + own_s) * 1.0001
    for more in (
        replace(site, servers=servers + 1),
        replace(site, in_flight=in_flight + 1),
        replace(site, cores=3),
    ):
        assert throughput.rate(more, load)[0] >= steps * 0.9999
    assert throughput.rate(replace(site, sticky=True), load)[0] <= steps * 1.0001
    assert throughput.latency_of_step(site, load) == pytest.approx(in_flight / steps)
