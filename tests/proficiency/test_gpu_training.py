"""The benchmark of training: that it runs, on any machine, and counts what it says."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from support.benchmarks import benchmark


@pytest.fixture(scope="module")
def measuring() -> Iterator[ModuleType]:
    with benchmark("gpu_training") as module:
        yield module


def test_a_tiny_model_is_made_and_trained_by_the_real_trainer(measuring, capsys, tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    assert measuring.main(["--tiny", "--json", "found.json", "--folder", str(folder)]) == 0
    (found,) = json.loads(Path("found.json").read_text())
    assert found["longest"] == 256  # nothing is shorter than the cut-off, nothing left out
    assert found["rows"] * found["passes"] == 2
    assert found["parameters"] > found["trained"] > 0
    for measure in ("step_seconds", "tokens_per_second", "tflops", "memory_gib", "utilisation"):
        assert found[measure] > 0, measure
    assert found["tokens_per_second"] == pytest.approx(512 / found["step_seconds"], rel=0.01)
    said = capsys.readouterr().out
    assert "tokens a second" in said
    assert "peak memory" in said
    assert not list(folder.iterdir())


def test_operations_are_counted_by_hand(measuring):
    shape = measuring.SHAPES["7b"]
    counted = measuring.operations("7b", 7_615_616_512, 16_384)
    looked_up = shape["vocab_size"] * shape["hidden_size"]
    weights = 4 * (7_615_616_512 - looked_up)
    assert counted - weights == 6 * 28 * 3584 * 16_384


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--shapes", "1b"], "there is no shape 1b"),
        (["--steps", "1"], "the first step is not counted"),
        ([], "there is no GPU here"),
    ],
)
def test_what_cannot_be_measured_is_told(measuring, words, sentence, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit):
        measuring.main(words)
    assert sentence in capsys.readouterr().err
