"""`automem pipeline`: what a person sees of both loops and of the table."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.cli.stages import Stages
from automem_graph.cli.table import print_table
from automem_graph.proficiency.bench import open_bench as open_training
from automem_graph.proficiency.events import Recorded
from automem_graph.proficiency.pipeline.context import PipelineContext
from automem_graph.proficiency.pipeline.events import Stage
from automem_graph.proficiency.pipeline.layout import PipelineFolder
from automem_graph.proficiency.pipeline.plan import plan_pipeline
from automem_graph.proficiency.pipeline.result import Pipeline, read_pipeline
from automem_graph.structure.events import Began, Decided
from support import evolutions, toy, trainings
from support.evolutions import BROKEN, FIRST, HELD_OUT
from support.tiny import save_base
from support.trainings import BASE, FAILED


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "80"})


def printed(found: Pipeline, capsys: pytest.CaptureFixture[str]) -> str:
    print_table(found)
    return re.sub(r"[ \n]+", " ", capsys.readouterr().out)


def piped(*, kept: bool = True) -> PipelineFolder:
    """A pipeline whose loops have each kept something, or neither, without anybody having played.

    v0 earned 25 %, loop 1's best 50 % and the specialist on it 75 %.
    """
    folder = PipelineFolder(Path("run"))
    rows = (FIRST, evolutions.LOST, BROKEN, evolutions.WON) if kept else (FIRST, BROKEN)
    evolutions.evolved("run/evolve", rows)
    trainings.trained("run/train", searches_that_find=1.0 if kept else 0.0)
    for row, earned in (("v0", 0.25), ("loop-1", 0.5), ("loop-2", 0.75)):
        if kept or row == "v0":
            specialist = f"{BASE}@adapter" if row == "loop-2" else BASE
            trainings.play(folder.final(row), specialist, dict.fromkeys(HELD_OUT, earned))
    return folder


def test_the_table_says_what_each_loop_has_brought_and_whose_seeds_these_are(capsys):
    found = read_pipeline(piped())
    said = printed(found, capsys)
    for words in (
        "corridor, held-out seeds 11-14: local:base",
        "agent progression, % n brought, points 95 % p",
        "v0 25.00 ± 0.00 4 + loop 1 50.00 ± 0.00 4 +25.00 +25.00 to +25.00 0.1250",
        "+ loop 2 75.00 ± 0.00 4 +25.00 +25.00 to +25.00 0.1250",
        "memory growth writes per search",
        "+ loop 1 v1: Keep a map.",
        "+ loop 2 t2: repeated writes 5.0%",
        "both +50.00 points (+50.00 to +50.00), p 0.1250, n 4",
        "seeds gate: 1-4; fresh: 21-24; trained on: 1-2; trials: 11-13; held out: 11-14",
        "specialist local:base@run/train/trials/t2/specialist-t2-0123456789",
    ):
        assert words in said, words
    assert Pipeline.model_validate_json(found.model_dump_json()) == found


def test_loops_that_kept_nothing_say_so_in_their_row(capsys):
    found = read_pipeline(piped(kept=False))
    said = printed(found, capsys)
    for words in (
        "+ loop 1 25.00 ± 0.00 4 kept nothing + loop 2 25.00 ± 0.00 4 kept nothing",
        "+ loop 1 nothing kept, 1 attempts rejected: 1 versions were kept",
        "+ loop 2 none: t2: searches that find something are 0.00 a step",
    ):
        assert words in said, words
    assert "both" not in said
    assert "specialist local" not in said


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "name a task, such as crafter, or try it with --rehearse"),
        (["crafter"], "name the base model with --base local:FOLDER"),
        (["crafter", "--rehearse"], "--rehearse brings task, base and scaffold along"),
        (["crafter", "--base", "openai:gpt-5.5"], "must be a folder with its weights"),
        (["crafter", "--base", "x", "--proposer", "nobody"], "There is no proposer 'nobody'"),
        (["crafter", "--base", "x", "--decider", "nobody"], "There is no decider 'nobody'"),
        (["crafter", "--base", "x", "--seeds", "40042-40050"], "cannot be the gate's and held"),
        (["crafter", "--base", "x", "--trial-seeds", "40042,9"], "a trial's and held out"),
        (["crafter", "--base", "x", "--seeds", "1-3"], "3 worlds cannot show a p below 0.1"),
    ],
)
def test_a_users_mistake_is_one_sentence_before_anything_is_played(given, sentence):
    if "x" in given:
        save_base(Path("x"))
    result = automem("pipeline", *given)
    assert result.exit_code == 2, result.output
    assert sentence in re.sub(r"[\s│]+", " ", result.output)
    assert "Traceback" not in result.output
    assert not list(Path().glob("runs/*/*/plays"))


def test_the_help_says_what_is_done_and_how_to_try_it():
    said = re.sub(r"[\s│]+", " ", automem("pipeline", "--help").stdout)
    assert "The paper's table in one command: v0, + loop 1, + loop 2." in said
    assert "Try it first: automem pipeline --rehearse" in said


@pytest.fixture
def words(tmp_path) -> list[str]:
    base = save_base(tmp_path / "base")
    return [
        *("pipeline", toy.NAME, "--base", str(base), "--scaffold", "terse", "--seeds", "31-34"),
        *("--collect-seeds", "1-4", "--trial-seeds", "5-9", "--held-out", "10-11", "--out", "run"),
    ]


def test_an_estimate_plays_nothing_and_says_what_is_the_most(words):
    told = automem(*words, "--attempts", "2", "--revisions", "1", "--recipes", "1", "--dry-run")
    assert told.exit_code == 0, told.output
    said = re.sub(r"[\s]+", " ", told.stdout)
    assert "evolve at most 36 episodes" in said  # 4 for v0, twice 4 and 8, 2 by 4 in the end
    assert "train at most 23 episodes" in said  # 4, then 5 by 3, then 2 by 2
    assert "final none: its episodes are the loops' own" in said
    assert "to play 59 episodes" in said
    assert not list(Path("run").glob("**/episode.json"))


@pytest.mark.parametrize("command", ["pipeline", "train"])
def test_the_cluster_that_is_asked_for_is_where_it_plays(words, command):
    left_out = () if command == "pipeline" else ("--seeds", "31-34")
    asked = [command, *(word for word in words[1:] if word not in left_out)]
    told = automem(*asked, "--executor", "ray", "--address", "127.0.0.1:9")
    assert told.exit_code == 2
    assert "no Ray cluster answers at 127.0.0.1:9" in told.output
    assert not list(Path("run").glob("**/episode.json"))


def test_a_budget_that_is_used_up_is_one_sentence_and_exit_code_1(words):
    told = automem(*words, "--max-hours", "0", "--json")
    assert told.exit_code == 1
    assert "the budget of 0 hours is used up; the same command with a larger one" in told.output
    assert "Traceback" not in told.output
    assert not told.stdout.startswith("{")


def test_ctrl_c_leaves_with_130_and_says_where_all_of_it_is(words, monkeypatch):
    def leave(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("automem_graph.cli.pipeline.run_pipeline", leave)
    told = automem(*words)
    assert told.exit_code == 130
    assert "all is kept in run, and the same command goes on" in told.output


def test_json_is_the_result_and_nothing_else(words, monkeypatch):
    piped()
    found = read_pipeline(PipelineFolder(Path("run")))
    for path in ("run/evolve", "run/train"):
        Path(path).rename(f"{path}-kept")
    monkeypatch.setattr("automem_graph.cli.pipeline.run_pipeline", lambda **_: found)
    monkeypatch.setattr("automem_graph.cli.pipeline.read_pipeline", lambda *_, **__: found)
    told = automem(*words, "--json")
    assert told.exit_code == 0, told.output
    assert [row["name"] for row in json.loads(told.stdout)["rows"]] == [
        "v0",
        "+ loop 1",
        "+ loop 2",
    ]


@pytest.mark.parametrize("quiet", [False, True])
def test_following_shows_the_screen_of_each_loop_in_its_turn(quiet, tmp_path):
    text = StringIO()
    console = Console(file=text, width=100, height=20, color_system=None)
    base, given = str(save_base(tmp_path / "base")), {"run": "run", "scaffold": "terse"}
    context = PipelineContext(task=toy.NAME, base=base, held_out_seeds="10-11", **given)
    plan = plan_pipeline(context, lambda _: None)
    with Stages(console, plan, {}, quiet=quiet) as stages:
        stages.hear(Stage(stage="evolve", folder="run/evolve", bench=plan.evolving))
        stages.hear(Began(node="revise", attempt="v1.1"))
        stages.hear(Decided(row=BROKEN))
        bench = open_training(context.train(base, Path("terse"), (10, 11), "run/train"), print)
        stages.hear(Stage(stage="train", folder="run/train", bench=bench))
        stages.hear(Recorded(row=FAILED))
        stages.hear(Stage(stage="final", folder="run/final"))
    shown = text.getvalue()
    if quiet:
        assert not shown
        return
    assert "loop 1: the scaffold" in shown
    assert "rewritten by offline:reviewer; in run/evolve" in shown
    assert "v1.2 rejected at check: hooks.py imports socket" in shown
    assert "the table: held-out seeds" in shown
    assert "recipes by offline:engineer; in run/train" in shown
    assert "t1 failed at train: out of memory" in shown
