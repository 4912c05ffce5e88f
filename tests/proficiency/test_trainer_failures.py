"""What keeps a training from its adapter, told in a sentence that says what to change."""

import subprocess
import sys
from pathlib import Path

import pytest

from automem_graph.proficiency.ledger import Behaviour, Data, Row
from automem_graph.proficiency.recipe import Filters, Recipe
from automem_graph.proficiency.trainer import Heartbeat, TrainingFailed
from automem_graph.proficiency.trainers.card import Trained, read_making, write_card
from automem_graph.proficiency.trainers.process import SubprocessTrainer
from support.lessons import QUICK, save_habit, save_lessons, training_in
from support.tiny import save_adapter, save_base

STAND_IN = """#!{python}
# Speaks for a training process; what it does not have is a GPU to run out of.
import json, pathlib, sys
job = json.loads(pathlib.Path(sys.argv[2]).read_text())
def tell(**row):
    with open(job["progress"], "a") as file:
        file.write(json.dumps(row) + chr(10))
{code}
"""
BEGIN = "tell(begun=True, rows=job['rows'] or 6)\n"
SHORT = "tell(failed='memory', why='training ran out of memory')\nsys.exit(1)\n"
END = """
tell(step=1, steps=1, loss=2.0, tokens_per_second=9.0, seconds=1.0)
pathlib.Path(job["adapter"]).mkdir()
tell(ended=True, steps=1, first_loss=2.0, loss=1.0, tokens=9, seconds=1.5, examples=40,
     sequences=30, left_out={"longer than 400 tokens": 2}, trained=8, device="cuda",
     processes=1, rows=job["rows"], passes=1, versions={"trl": "1"})
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return save_base(tmp_path_factory.mktemp("models") / "base")


@pytest.fixture
def train(base, tmp_path):
    """Train a habit; the adapter's folder is `trials/t1/specialist`."""
    examples = save_habit(tmp_path / "examples.jsonl")

    def asked(trainer=None, base=base, examples=examples, hear=print):
        adapter = tmp_path / "trials/t1/specialist"
        try:
            return (trainer or SubprocessTrainer("/nowhere")).train(
                examples, str(base), QUICK, adapter, hear
            )
        finally:
            assert not training_in(tmp_path)

    return asked


@pytest.fixture
def stand_in(tmp_path):
    def written(code: str) -> SubprocessTrainer:
        path = tmp_path / "python"
        path.write_text(STAND_IN.format(python=sys.executable, code=code))
        path.chmod(0o755)
        return SubprocessTrainer(str(path))

    return written


def test_there_must_be_examples(train, tmp_path):
    with pytest.raises(TrainingFailed, match=r"no examples in .*selection was too narrow"):
        train(examples=save_lessons(tmp_path / "none.jsonl", []))
    with pytest.raises(TrainingFailed, match="cannot be read: No such file"):
        train(examples=tmp_path / "nothing.jsonl")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vllm:qwen@http://127.0.0.1:8000", "only those can be trained: download the weights"),
        ("openai:gpt-5.5", "only those can be trained: download the weights"),
        ("Qwen/Qwen2.5-32B-Instruct", "There is no folder"),
        ("local:", "is local:PATH"),
        (".", "config.json is missing"),
    ],
)
def test_a_base_is_a_folder_of_weights(train, name, said):
    with pytest.raises(TrainingFailed, match=said):
        train(base=name)


def test_an_adapter_is_trained_on_a_base_alone(train, base, tmp_path):
    adapter = save_adapter(tmp_path / "adapter", base, seed=1)
    with pytest.raises(TrainingFailed, match="leave out what comes after the @"):
        train(base=f"local:{base}@{adapter}")


def test_another_environment_must_have_the_packages(train, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    said = 'has no torch, .*trl, .*: pip install "automem-graph\\[train\\]"'
    with pytest.raises(TrainingFailed, match=said):
        train(SubprocessTrainer(str(tmp_path / "bare/bin/python")))
    assert [path.name for path in (tmp_path / "trials/t1").iterdir()] == ["train.jsonl"]


def test_an_interpreter_that_is_none_is_named(train):
    with pytest.raises(TrainingFailed, match="/nowhere cannot be started for training: No such"):
        train()


def test_with_too_little_memory_less_is_computed_at_once(train, stand_in, tmp_path):
    fitted = train(
        stand_in(BEGIN + f"if job['rows'] != 1:\n    {SHORT.replace(chr(10), ';')}\n{END}")
    )
    assert (fitted.loss, fitted.adapter) == (1.0, "trials/t1/specialist")
    making = read_making(tmp_path / "trials/t1/specialist")
    assert making is not None
    assert (making.rows, making.left_out) == (1, {"longer than 400 tokens": 2})
    (tmp_path / "trials/t1/specialist").rename(tmp_path / "old")
    with pytest.raises(TrainingFailed, match="training ran out of memory"):
        train(stand_in(BEGIN + SHORT))


def test_whatever_ends_the_listener_ends_the_process(train, stand_in, tmp_path):
    def interrupt(beat: Heartbeat) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(stand_in(END.partition("pathlib")[0] + "input()"), hear=interrupt)
    assert not (tmp_path / "trials/t1/specialist").exists()


def test_the_trainer_itself_needs_no_package_for_training():
    code = (
        "import sys; import automem_graph.proficiency.trainers.process; "
        "assert not {'torch', 'transformers', 'peft', 'trl', 'datasets'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_broken_process_said_last_is_told(train, stand_in):
    with pytest.raises(TrainingFailed, match=r"exit status 3: no kernel image .*train.log has all"):
        train(stand_in("print('no kernel image', file=sys.stderr)\nsys.exit(3)"))


def test_an_adapter_that_was_not_put_in_its_place_is_not_trained_again(train, stand_in, tmp_path):
    trainer = stand_in(END)
    train(trainer)
    done = tmp_path / "trials/t1/specialist"
    staging = done.with_name(".specialist")
    staging.mkdir()
    making = read_making(done)
    assert making is not None
    (staging / "made_by.json").write_text(making.made_by.model_dump_json())
    done.rename(staging / "adapter")
    assert train(SubprocessTrainer("/nowhere")) == making.fitted


def test_the_card_says_what_is_known_and_changes_no_adapter(train, stand_in, tmp_path):
    train(stand_in(END))
    adapter = tmp_path / "trials/t1/specialist"
    card = (adapter / "README.md").read_text()
    assert "40 examples in 30 conversations, 9 target tokens" in card
    assert "Left out: 2 longer than 400 tokens." in card
    recipe = Recipe(selection=Filters(finds=True), lora=QUICK)
    row = Row(
        name="t1",
        stage="done",
        why="",
        progression={1: 0.25, 2: 0.75},
        behaviour=Behaviour(writes_per_search=0.5, repeated_writes=0.125),
    )
    trained = Trained(
        scaffold="0123abcd",
        task="gates",
        recipe=recipe,
        rationale="Only what finds.\n```\n# Not a heading",
        data=Data(examples=40, log=30, plan=10, episodes=7),
        rows=(row,),
    )
    write_card(adapter, trained)
    card = (adapter / "README.md").read_text()
    for said in (
        "in the task `gates`",
        "Scaffold: `0123abcd`",
        "30 are of LOG and 10 of PLAN, from 7 episodes.",
        f"`{recipe.id}`: Only what finds. ''' # Not a heading\n",
        "| t1 | 50.0 % | 0.50 | 12.5 % |",
    ):
        assert said in card
