"""`automem train`: what a person sees of loop 2."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from automem_graph.agent.context import PlayContext
from automem_graph.cli.app import app
from automem_graph.cli.approving import ask_to_train
from automem_graph.cli.rehearsing import rehearsed
from automem_graph.cli.training import print_training
from automem_graph.cli.trials import Trials
from automem_graph.episodes.identity import Asked
from automem_graph.evaluation.seeds import parse_seeds
from automem_graph.models.local.contents import contents
from automem_graph.proficiency.bench import open_bench
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.events import Began, Played, Playing, Recorded, Said, Trains
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.result import Training, read_training
from automem_graph.proficiency.terms import read_terms
from automem_graph.proficiency.trainer import Heartbeat
from support import toy
from support.evolutions import V1, evolved
from support.runs import WHO, result
from support.tiny import save_base
from support.trainings import FAILED, trained


def automem(*words: str, **variables: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "80", **variables})


def printed(found: Training, capsys: pytest.CaptureFixture[str]) -> str:
    print_training(found)
    return re.sub(r"[ \n]+", " ", capsys.readouterr().out)


def test_the_tables_tell_who_stands_how_and_what_was_promoted_and_why(capsys):
    found = read_training(trained())
    said = printed(found, capsys)
    for words in (
        "on the trials' seeds base random t2",
        "held out base random t2",
        "progression, % 25.00 ± 0.00 25.00 ± 0.00 25.00 ± 0.00",
        "writes per search 2.00 ± 0.00 2.00 ± 0.00 0.50 ± 0.00",
        "repeated writes, % 40.00 ± 0.00 40.00 ± 0.00 5.00 ± 0.00",
        "t2 - base, held out: +0.00 points of progression, above +0.00 for 95% sure (margin 5), "
        "n 3: it passes here as well",
        "seeds, trained on: 1-2; trials: 11-13; held out: 21-23",
        "t1 failed at train: out of memory: take a smaller batch. Takes all.",
        "promoted t2: repeated writes 5.0%",
        "specialist local:base@run/trials/t2/specialist-t2-0123456789",
        "ended: 2 recipes were tried",
    ):
        assert words in said, words
    assert Training.model_validate_json(found.model_dump_json()) == found


def test_one_that_held_out_seeds_do_not_confirm_is_told_so(capsys):
    folder = trained()
    kept = read_training(folder)
    path = folder.play("t2").path
    for file in path.glob("episodes/s2?-*/episode.json"):
        told = json.loads(file.read_text())
        told["metrics"]["searches_that_find"] = 0.0
        file.write_text(json.dumps(told))
    said = printed(read_training(folder, kept.promotion), capsys)
    assert "it would not pass here, searches that find something are 0.00 a step" in said


def test_a_run_that_goes_on_has_no_verdict_yet(capsys):
    said = printed(read_training(trained(ended=False)), capsys)
    assert "promoted" not in said
    assert "held out base" not in said


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "name a task, such as crafter, or try it with --rehearse"),
        (["crafter"], "name the base model with --base local:FOLDER"),
        (["crafter", "--rehearse"], "--rehearse brings task, base and scaffold along"),
        (["crafter", "--base", "local:nowhere"], "There is no folder"),
        (["crafter", "--base", "openai:gpt-5.5"], "must be a folder with its weights"),
        (["nowhere", "--base", "local:x"], "nowhere"),
        (["crafter", "--base", "x", "--decider", "nobody"], "There is no decider 'nobody'"),
        (["crafter", "--base", "x", "--run", "nowhere"], "nowhere"),
        (["crafter", "--base", "x", "--run", "a", "--scaffold", "b"], "both name a scaffold"),
        (["crafter", "--base", "x", "--scaffold", "nowhere"], "nowhere"),
        (["crafter", "--base", "x", "--approve"], "--approve asks on a terminal"),
        (["crafter", "--base", "x", "--trainer-python", "no/python"], "no/python is no program"),
        (["crafter", "--base", "x", "--accelerate", "'"], "cannot be read: No closing quotation"),
        (["crafter", "--base", "x", "--served", "openai:gpt-5.5"], "is vllm:NAME@URL, as in"),
        (["crafter", "--served", "vllm:a@http://b"], "name the folder with the same weights"),
        (["--rehearse", "--served", "vllm:a@http://b"], "--rehearse brings task, base"),
    ],
)
def test_a_users_mistake_is_one_sentence_before_anything_is_played(given, sentence):
    result = automem("train", *given)
    assert result.exit_code == 2, result.output
    assert sentence in re.sub(r"[\s│]+", " ", result.output)
    assert "Traceback" not in result.output
    assert not Path("runs").exists()


def test_the_help_says_what_is_done_and_how_to_try_it():
    said = re.sub(r"[\s│]+", " ", automem("train", "--help").stdout)
    assert "a LoRA adapter that keeps memory while the base model acts" in said
    assert "Try it first: automem train --rehearse" in said


def test_a_rehearsal_is_small_unless_more_is_asked_for():
    small = rehearsed({"trial_seeds": "", "tasks": ""})
    assert (small["task"], small["scaffold"], small["base"]) == ("gates", "terse", "")
    assert (small["trial_seeds"], small["recipes"], small["tasks"]) == ("30042-30073", 1, "")
    large = rehearsed({"trial_seeds": "1-99", "recipes": 3})
    assert (large["trial_seeds"], large["recipes"]) == ("1-99", 3)
    sets = [set(parse_seeds(small[name])) for name in ("collect_seeds", "trial_seeds")]
    assert [len(one) for one in sets] == [48, 32]
    assert not set.intersection(*sets, parse_seeds(small["held_out_seeds"]))


def test_an_estimate_plays_nothing(tmp_path):
    base = save_base(tmp_path / "base")
    words = ["train", toy.NAME, "--scaffold", "terse", "--base", str(base), "--dry-run"]
    told = automem(*words, "--collect-seeds", "1-4", "--trial-seeds", "5-9", "--held-out", "10-11")
    assert told.exit_code == 0, told.output
    assert "to play  35 episodes" in told.stdout  # 4, then 5 seeds by 5 players, then 2 by 3
    assert not list(Path("runs").glob("*/*/episodes"))


def test_what_a_server_will_play_is_estimated_without_it(tmp_path):
    base = save_base(tmp_path / "base")
    words = ["train", toy.NAME, "--scaffold", "terse", "--base", str(base), "--dry-run"]
    told = automem(*words, "--served", "vllm:base@http://127.0.0.1:9")
    assert told.exit_code == 0, told.output
    assert "to play" in told.stdout
    kept = read_terms(TrainingFolder(next(Path("runs").iterdir())))
    assert (kept.gameplay, kept.base) == ("vllm:base@http://127.0.0.1:9", f"local:{base}")
    assert kept.weights == contents(f"local:{base}") == kept.specialist_weights


def test_the_best_scaffold_of_a_run_of_evolve_is_found(tmp_path):
    base, folder = save_base(tmp_path / "base"), evolved()
    given = ["train", toy.NAME, "--base", str(base), "--dry-run", "--run"]
    told = automem(*given, str(folder.path))
    assert told.exit_code == 2
    assert V1 in told.output.replace("\n", "")  # its folder is named, and is not there


def followed(terminal: bool, base: Path) -> tuple[Trials, StringIO]:
    text = StringIO()
    console = Console(file=text, width=100, height=20, force_terminal=terminal, color_system=None)
    context = TrainContext(task=toy.NAME, scaffold="terse", base=str(base), run="run")
    return Trials(console, open_bench(context, lambda _: None), None), text


@pytest.mark.parametrize("terminal", [False, True])
def test_following_tells_what_is_done_and_what_came_of_it(terminal, tmp_path):
    follow, text = followed(terminal, save_base(tmp_path / "base"))
    asked = Asked(task=toy.NAME, steps=10, **{**WHO, "specialist": "a@b"})
    jobs = (
        PlayContext(
            task=toy.NAME, seed=1, scaffold=f"x/{asked.scaffold}", gameplay="a", specialist="a@b"
        ),
    )
    with follow:
        follow.hear(Began(node="decide", trial="t1"))
        follow.hear(Said(trial="t1", text="\x1b[31mreading the turns"))
        for step in (1, 2):
            beat = Heartbeat(step=step, steps=2, loss=1 / step, tokens_per_second=1000.0)
            follow.hear(Trains(trial="t1", beat=beat))
        follow.hear(Playing(what="t1 on 1 seed", jobs=jobs))
        follow.hear(Played(result=result(asked, 1, 0.5)))
        follow.hear(Recorded(row=FAILED))
    lines = text.getvalue()
    assert "t1: deciding on a recipe" in lines
    assert "\x1b[31m" not in lines
    assert re.search(r"t1: trained 2 of 2 steps, loss 0.500, in \d+ s", lines)
    assert "t1 on 1 seed" not in lines  # it was there already
    assert "t1 failed at train: out of memory: take a smaller batch. Takes all." in lines


QUESTION: dict[str, Any] = {
    "trial": "t1",
    "question": "Train t1 on 90 examples?",
    "rationale": "# Takes all.\x1b[2J",
    "recipe": {"least": 1},
    "data": {"examples": 90},
    "card": "run/trials/t1/data/card.html",
}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("y\n", {"train": True}), ("n\ntoo few\n", {"train": False, "why": "too few"})],
)
def test_a_person_sees_reason_recipe_and_data_and_answers(typed, answer):
    asking, answers = typer.Typer(), []
    asking.command()(lambda: answers.append(ask_to_train(QUESTION)))
    shown = CliRunner().invoke(asking, input=typed, env={"COLUMNS": "80"})
    assert answers == [answer], shown.output
    assert "Takes all." in shown.output
    assert "\x1b[2J" not in shown.output
    assert '"least": 1' in shown.output
    assert "card.html" in shown.output
