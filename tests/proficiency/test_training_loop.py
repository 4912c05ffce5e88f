"""Loop 2 from its first episode to its result, on a toy world with a real local model."""

from pathlib import Path
from typing import Any

import pytest

from automem_graph.proficiency.result import Training
from support.chained import save_base
from support.training import settings, train


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_base(tmp_path_factory.mktemp("base") / "habits")


@pytest.fixture(scope="module")
def given(base, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("finished")
    return settings(base, run=str(folder / "run"), log=str(folder / "asked"), ladder=["looks"])


@pytest.fixture(scope="module")
def finished(given) -> Training:
    return train(**given)


def test_it(finished):
    print(finished.model_dump_json(indent=1))
    for r in finished.rows:
        print(r.name, r.stage, r.why)
    print(finished.promotion)
    assert 0
