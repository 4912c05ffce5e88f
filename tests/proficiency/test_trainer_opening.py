"""Which Python trains, and how accelerate is started: from what a user types."""

import json
import os
import sys
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import TrainingFailed
from automem_graph.proficiency.trainers.opening import open_trainer
from support.lessons import save_habit

TELLS = f"""#!{sys.executable}
import json, sys
from pathlib import Path
Path(__file__).resolve().with_name("words.json").write_text(json.dumps(sys.argv))
"""
"""A program that says how it was started, and trains nothing."""


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A link to such a program, on PATH and in the working folder."""
    program = tmp_path / "bin" / "tells"
    program.parent.mkdir()
    program.write_text(TELLS)
    program.chmod(0o755)
    Path("other").symlink_to(program)
    return program


def words(python: str, accelerate: str, started: Path) -> list[str]:
    """The command line of a training process."""
    Path("base").mkdir(exist_ok=True)
    Path("base/config.json").write_text("{}")
    Path("base/tokenizer.json").write_text("{}")
    trainer = open_trainer(python, accelerate)
    with pytest.raises(TrainingFailed, match="ended without an adapter"):
        trainer.train(save_habit(Path("examples.jsonl")), "base", Lora(), Path("a/adapter"), print)
    return list(json.loads(started.with_name("words.json").read_text()))


def test_a_python_is_a_path_from_here_or_a_name(started, monkeypatch):
    (program, run, job) = words("./other", "", started)
    assert program == str(Path("other").absolute())  # the link, not what it leads to
    assert (Path(run).name, Path(job).name) == ("run.py", "job.json")
    monkeypatch.setenv("PATH", f"{started.parent}{os.pathsep}{os.environ['PATH']}")
    assert words("tells", "", started)[0] == str(started)


def test_accelerate_gets_its_arguments_and_files_from_here(started):
    Path("my fsdp.yaml").write_text("")
    told = words("./other", "--config_file 'my fsdp.yaml' --num_processes 4", started)
    # Python takes the -m and what follows, as any program does
    assert told[1:6] == [
        *("-m", "accelerate.commands.launch"),
        *("--config_file", str(Path("my fsdp.yaml").absolute()), "--num_processes"),
    ]
    assert Path(told[7]).name == "run.py"


@pytest.mark.parametrize(
    ("python", "accelerate", "sentence"),
    [
        ("nowhere/python", "", "nowhere/python is no program, and no Python to train with"),
        ("", "--config_file 'open", "--accelerate .* cannot be read: No closing quotation"),
    ],
)
def test_what_cannot_be_started_is_told_at_once(python, accelerate, sentence):
    with pytest.raises(RunError, match=sentence):
        open_trainer(python, accelerate)
