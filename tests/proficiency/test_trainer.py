"""The trainer as loop 2 uses it: real processes, real adapters on a tiny model."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import torch
from langchain_core.messages import HumanMessage, SystemMessage

from automem_graph.models.local.calls import BASE
from automem_graph.models.local.engine import engine_of
from automem_graph.models.local.weights import Weights
from automem_graph.models.resolve import resolve_model
from automem_graph.models.sampling import Sampling
from automem_graph.proficiency.ledger import Fitted
from automem_graph.proficiency.trainer import Heartbeat, TrainingFailed
from automem_graph.proficiency.trainers.opening import open_trainer
from automem_graph.proficiency.trainers.process import SubprocessTrainer
from support.lessons import HABIT, QUICK, lesson, save_habit, training_in
from support.processes import alive, wait_for
from support.tiny import save_base

NAME = "specialist-t1-0123abcdef"
FILES = ["README.md", "adapter_config.json", "adapter_model.safetensors", "automem.json"]


class Trained:
    """A habit that was trained once, by the interpreter of another environment."""

    def __init__(self, folder: Path) -> None:
        self.base = save_base(folder / "base")
        self.examples = save_habit(folder / "examples.jsonl")
        self.adapter = folder / "trials/t1" / NAME
        self.heard: list[Heartbeat] = []
        self.fitted: Fitted = self.train(open_trainer(other_python(folder)), self.adapter)

    def train(self, trainer: SubprocessTrainer, adapter: Path, hear=None) -> Fitted:
        told = hear or self.heard.append
        return trainer.train(self.examples, f"local:{self.base}", QUICK, adapter, told)


def written(adapter: Path) -> list[dict[str, object]]:
    lines = (adapter.parent / "train.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def other_python(folder: Path) -> str:
    """An environment with the packages for training, in which this one is not installed.

    It is named as from a working folder, and its Python is a link.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "other"], check=True)
    (site,) = (folder / "other/lib").glob("python*/site-packages")
    (site / "base.pth").write_text(sysconfig.get_path("purelib"))
    assert (folder / "other/bin/python").is_symlink()
    return "other/bin/python"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Trained:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONPATH")
        folder = tmp_path_factory.mktemp("trained")
        patch.chdir(folder)
        return Trained(folder)


def test_a_habit_is_learnt(trained):
    chat = {
        who: resolve_model(f"local:{trained.base}{who}", Sampling(temperature=0, max_tokens=40))
        for who in ("", f"@{trained.adapter}")
    }
    for number in (50, 63, 77):  # none of them trained on
        _, asked = lesson(number)["prompt"]
        talk = [SystemMessage("You keep memory."), HumanMessage(asked["content"])]
        said = {who: model.invoke(talk) for who, model in chat.items()}
        assert said[f"@{trained.adapter}"].content == HABIT
        assert said[f"@{trained.adapter}"].response_metadata["finish_reason"] == "stop"
        assert said[""].content != HABIT
    assert trained.fitted.first_loss > 3
    assert trained.fitted.loss < 0.5


def test_every_step_is_told_and_kept(trained):
    assert [beat.step for beat in trained.heard] == list(range(1, 61))
    assert {beat.steps for beat in trained.heard} == {trained.fitted.steps} == {60}
    rows = written(trained.adapter)
    assert [row["loss"] for row in rows if "loss" in row][:60] == [
        beat.loss for beat in trained.heard
    ]
    assert rows[-1]["ended"]
    assert trained.fitted.tokens == 40 * (len(HABIT) + 1)
    assert trained.fitted.adapter == f"trials/t1/{NAME}"


def test_nothing_but_the_adapter_is_left(trained):
    assert sorted(path.name for path in trained.adapter.iterdir()) == FILES
    assert sorted(path.name for path in trained.adapter.parent.iterdir()) == [
        NAME,
        "train.jsonl",
    ]


def test_it_is_in_the_form_that_servers_take(trained):
    config = json.loads((trained.adapter / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(trained.base)
    assert (config["peft_type"], config["r"], config["modules_to_save"]) == ("LORA", 8, None)
    assert isinstance(config["target_modules"], list)


def test_it_changes_the_base_only_where_it_is_asked_for(trained):
    tokens = torch.tensor([[5, 6, 7, 8]])

    def logits(weights: Weights, adapter: str) -> torch.Tensor:
        with torch.inference_mode():
            return weights.forward([adapter], input_ids=tokens).logits

    bare = logits(Weights(trained.base), BASE)
    weights = engine_of(trained.base).weights
    mounted = weights.mount(trained.adapter)
    assert torch.equal(logits(weights, BASE), bare)
    assert not torch.allclose(logits(weights, mounted), bare, atol=0.1)


def test_what_is_there_is_not_trained_again(trained):
    before = (trained.adapter / "adapter_model.safetensors").stat()
    assert trained.train(SubprocessTrainer("/nowhere"), trained.adapter) == trained.fitted
    assert (trained.adapter / "adapter_model.safetensors").stat() == before
    with pytest.raises(TrainingFailed, match="was made by something else"):
        SubprocessTrainer("/nowhere").train(
            trained.examples, str(trained.base), QUICK, trained.adapter, print, seed=1
        )


def test_a_killed_training_goes_on_and_comes_to_the_same(trained, tmp_path):
    adapter = tmp_path / "trials/t1" / NAME
    heard: list[int] = []

    def kill(beat: Heartbeat) -> None:
        heard.append(beat.step)
        if beat.step == 20:
            for child in training_in(tmp_path):
                os.kill(child, signal.SIGKILL)

    with pytest.raises(TrainingFailed, match=r"was killed.*lower the recipe's cutoff, rank"):
        trained.train(SubprocessTrainer(), adapter, kill)
    assert not adapter.exists()
    assert not training_in(tmp_path)
    again: list[Heartbeat] = []
    fitted = trained.train(SubprocessTrainer(), adapter, again.append)
    assert 1 < again[0].step <= heard[-1] + 1
    assert [beat.step for beat in again] == list(range(again[0].step, 61))
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        assert (adapter / name).read_bytes() == (trained.adapter / name).read_bytes()
    assert fitted.loss == trained.fitted.loss
    rows = written(adapter)
    assert [row["step"] for row in rows if "step" in row] == list(range(1, 61))


def test_nothing_runs_on_when_the_parent_is_killed(trained, tmp_path):
    code = (
        "from pathlib import Path; from automem_graph.proficiency.trainers.process import "
        "SubprocessTrainer; from support.lessons import QUICK; "
        f"SubprocessTrainer().train(Path({str(trained.examples)!r}), {str(trained.base)!r}, QUICK, "
        f"Path({str(tmp_path / 'specialist')!r}), print)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    wait_for(lambda: training_in(tmp_path))
    (child,) = training_in(tmp_path)
    parent.kill()
    parent.wait()
    wait_for(lambda: not alive(child))
    assert not (tmp_path / "specialist").exists()
