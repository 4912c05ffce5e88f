"""The benchmark of searches: which worlds decide, and what its intervals are made of."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest

from automem_graph.structure.terms import FRESH_FROM
from support.benchmarks import benchmark


@pytest.fixture(scope="module")
def searches() -> Iterator[ModuleType]:
    with benchmark("searches") as module:
        yield module


def test_gates_are_of_the_pool_and_held_out_worlds_of_none(searches):
    gates = [searches.gate_of("crafter", repeat) for repeat in range(9)]
    assert gates[0] == searches.gate_of("crafter", 0)
    assert len({tuple(gate) for gate in gates}) == len(gates)
    assert {seed for gate in gates for seed in gate} <= {*searches.POOL}
    assert min(searches.POOL) == FRESH_FROM  # what no gate has drawn is what confirmations take
    assert not {*searches.HELD_OUT, searches.SPARE} & {*searches.POOL}
    assert max(searches.HELD_OUT) < FRESH_FROM


def test_an_interval_draws_repeats_and_worlds(searches):
    one = [0.0, 0.1, 0.2, 0.6]
    alike = searches.interval([one] * 5)
    assert alike[0] < np.mean(one) < alike[1]  # the worlds' spread shows where no repeat differs
    assert searches.interval([[0.1] * 4] * 5) == pytest.approx((0.1, 0.1))
    assert searches.interval([[value] * 4 for value in one]) == pytest.approx(alike, abs=0.02)
    wider = searches.interval([[value + more for value in one] for more in (-0.3, 0, 0.3)])
    assert wider[0] < alike[0]
    assert wider[1] > alike[1]


def test_differences_are_paired(searches):
    def found(*gains):
        return searches.Found(gains=gains, steps=(), until=None, episodes=0, attempts=0, stop="")

    one, other = [found(0.5, 0.25), found(0.0, 0.5)], [found(0.25, 0.25), found(0.5, 0.0)]
    assert searches.less(one, other) == [[0.25, 0.0], [-0.5, 0.5]]
    assert searches.told(searches.less(one, other))[0] == "+6.25"
