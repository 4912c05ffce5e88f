"""What episodes earn together, and when they have no mean."""

import json
import math

import pytest

from automem_graph.episodes.identity import Asked
from automem_graph.episodes.metrics import MEANINGS, Metrics
from automem_graph.evaluation.scores import score, score_tasks
from support.runs import WHO, result

CRAFTER = Asked(task="crafter", steps=10, **WHO)
NETHACK = Asked(task="nethack", steps=10, **WHO)


def measured(**values: float) -> Metrics:
    return Metrics(**{**dict.fromkeys(MEANINGS, 0.0), **values})


def test_the_mean_of_all_is_over_episodes():
    results = [result(CRAFTER, seed, earned) for seed, earned in ((1, 13 / 22), (2, 9 / 22))]
    results += [result(NETHACK, seed, 0.0) for seed in (1, 2)]
    (crafter, nethack), everything = score_tasks(["crafter", "nethack"], (1, 2), results)
    assert crafter.progression is not None
    assert nethack.progression is not None
    assert everything.progression is not None
    assert crafter.progression.mean == pytest.approx(0.5)
    assert nethack.progression.error == 0
    assert everything.progression.mean == pytest.approx(0.25)
    assert (everything.progression.n, everything.steps) == (4, 10)


def test_a_failed_or_missing_episode_is_never_dropped_from_a_mean():
    failed = score("crafter", [result(CRAFTER, 1, 0.5), result(CRAFTER, 2, None)], 2)
    assert failed.progression is None
    assert failed.incomplete == "1 of 2 failed"
    assert failed.steps == 10
    missing = score("crafter", [result(CRAFTER, 1, None)], 3)
    assert missing.progression is None
    assert missing.incomplete == "1 of 3 failed, 2 of 3 missing"
    assert missing.steps is None
    assert score("crafter", [result(CRAFTER, 1, 0.0)], 1).incomplete == ""


def test_measures_are_means_of_the_finished_episodes():
    results = [
        result(CRAFTER, 1, 0.5).model_copy(update={"metrics": measured(growth=2.0)}),
        result(CRAFTER, 2, 0.5).model_copy(
            update={"metrics": measured(growth=4.0, writes_per_search=math.inf)}
        ),
        result(CRAFTER, 3, None).model_copy(update={"metrics": measured(growth=900.0)}),
    ]
    found = score("crafter", results, 3)
    assert found.metrics is not None
    assert found.metrics.growth == 3.0
    assert json.loads(found.model_dump_json())["metrics"]["writes_per_search"] == "Infinity"


def test_without_results_there_is_nothing_to_measure():
    found = score("crafter", [], 2)
    assert (found.progression, found.metrics, found.steps) == (None, None, None)
    assert found.incomplete == "2 of 2 missing"
