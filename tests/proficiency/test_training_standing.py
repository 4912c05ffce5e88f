"""How players stand: means with errors, a ratio of sums, and nothing of what is not finished."""

import math

import pytest

from automem_graph.episodes.metrics import MEANINGS, Metrics
from automem_graph.evaluation.statistics import estimate
from automem_graph.proficiency.standing import MEASURES, Standing, measures, standing
from support.runs import played, suite_run


def episode(**values: float) -> Metrics:
    return Metrics(**{**dict.fromkeys(MEANINGS, 0.0), **values})


def test_measures_are_means_over_episodes_with_their_errors():
    found = measures([episode(repeated_writes=0.2), episode(repeated_writes=0.4)])
    assert set(found) == set(MEASURES)
    wanted = estimate([0.2, 0.4])
    assert found["repeated_writes"].model_dump() == wanted.model_dump()


def test_writes_per_search_are_all_writes_by_all_searches():
    busy = episode(writes=1.0, searches=0.5, writes_per_search=2.0)
    blind = episode(writes=0.5, searches=0.0, writes_per_search=math.inf)
    found = measures([busy, blind])["writes_per_search"]
    assert found.mean == 3.0
    assert found.error == pytest.approx(2 / math.sqrt(2))  # residues of (1 - 3 * 0.5) / 0.25, ...
    assert measures([busy, busy])["writes_per_search"].error == 0
    assert measures([episode()])["writes_per_search"].mean == 0
    never = measures([blind])["writes_per_search"]
    assert never.mean == math.inf
    assert '"Infinity"' in never.model_dump_json()


def test_a_seeds_progression_is_the_mean_over_its_tasks():
    run = played("run", {("a", 1): 0.2, ("b", 1): 0.4, ("a", 2): 0.0, ("b", 2): 1.0})
    keys = [(task, seed) for seed in (1, 2) for task in ("a", "b")]
    found = standing("base", run, keys)
    assert isinstance(found, Standing)
    assert found.by_seed == {1: pytest.approx(0.3), 2: 0.5}
    assert found.progression.n == 4


def test_whoever_has_not_finished_does_not_stand():
    run = played("run", {("a", 1): 0.2, ("a", 2): None})
    assert standing("base", run, [("a", 1)]) is not None
    assert standing("base", run, [("a", 1), ("a", 2)]) is None
    assert standing("base", run, [("a", 3)]) is None
    assert standing("base", suite_run("open", (1,), a=3), [("a", 1)]) is None
