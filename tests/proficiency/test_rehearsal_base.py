"""The rehearsal's base model: built once, opened as any local model, and nothing of a half one."""

from pathlib import Path

import pytest

from automem_graph.models.resolve import resolve_model
from automem_graph.models.sampling import Sampling
from automem_graph.proficiency.rehearsal.base import TOLD, build_base
from automem_graph.proficiency.rehearsal.schooling import Phase, Schooling

SHORT = Schooling(
    alone=3,
    both=2,
    careful=2,
    steps=4,
    width=32,
    phases=(Phase(skills=True, steps=3, rate=1e-3), Phase(skills=False, steps=2, rate=1e-3)),
    batch=2,
)
"""A schooling of seconds: what it gives is a model, and knows nothing."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told: list[str] = []
    folder = tmp_path_factory.mktemp("cache") / "base"
    assert build_base(folder, schooling=SHORT, progress=told.append) == folder
    assert any("pre-training 2 of 2: step 2 of 2" in line for line in told)
    return folder


def test_it_is_a_local_model_whose_tags_are_plain_tokens(base: Path):
    model = resolve_model(f"local:{base}", Sampling(max_tokens=8))
    answer = model.invoke([("system", "You walk through gates."), ("human", "# PLAN, step 0")])
    assert answer.usage_metadata is not None
    assert 0 < answer.usage_metadata["output_tokens"] <= 8


def test_it_is_built_once_and_anew_for_another_seed(base: Path):
    weights = base / "model.safetensors"
    before = weights.stat().st_mtime_ns, weights.read_bytes()
    assert build_base(base, schooling=SHORT) == base
    assert (weights.stat().st_mtime_ns, weights.read_bytes()) == before
    build_base(base, schooling=SHORT, seed=1)
    assert weights.read_bytes() != before[1]


def test_a_build_that_fails_leaves_nothing(tmp_path: Path):
    def stop(line: str) -> None:
        if line.startswith("pre-training"):
            raise KeyboardInterrupt

    folder = tmp_path / "cache" / "base"
    with pytest.raises(KeyboardInterrupt):
        build_base(folder, schooling=SHORT, progress=stop)
    assert list(folder.parent.iterdir()) == []
    (folder / TOLD).parent.mkdir()
    (folder / TOLD).write_text("{")  # of another version, or damaged
    assert (build_base(folder, schooling=SHORT) / "config.json").exists()
