"""`automem evaluate`: tables, what is missing, and that the same command goes on."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support import frail, toy
from support.processes import processes_under, wait_for

TOY = ["evaluate", toy.NAME, "--steps", "4", "--parallel", "1"]
CODE = "from automem_graph.cli import main; main()"


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})


def test_a_table_and_then_the_same_one_without_playing_again():
    first = automem(*TOY, "--seeds", "1-3")
    assert first.exit_code == 0, first.output
    assert len(re.findall(r"\d of 3: .* progression .* in 4 steps", first.stdout)) == 3
    assert re.search(r"CORRIDOR +\d+\.\d\d ± \d+\.\d\d +3 +0 +4", first.stdout)
    assert "growth" in first.stdout
    before = {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")}
    again = automem(*TOY, "--seeds", "1-3")
    assert first.stdout.endswith(again.stdout)
    assert "1 of 3" not in again.stdout
    assert {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")} == before


def test_more_seeds_go_on_in_the_same_folder():
    automem(*TOY, "--seeds", "1-2")
    more = automem(*TOY, "--seeds", "2-3", "--json")
    found = json.loads(more.stdout)
    assert [episode["seed"] for episode in found["episodes"]] == [2, 3]
    (run,) = Path("runs").iterdir()
    assert found["run"] == str(run)
    assert json.loads((run / "run.json").read_text())["asked"]["seeds"] == [1, 2, 3]
    assert len(list(run.glob("episodes/*"))) == 3


def test_a_single_play_is_an_episode_of_the_evaluation_of_its_task():
    automem("play", toy.NAME, "--seed", "2", "--steps", "4")
    (played,) = Path("runs").glob("*/episodes/*/episode.json")
    before = played.stat().st_mtime_ns
    assert automem(*TOY, "--seeds", "1-2").exit_code == 0
    assert played.stat().st_mtime_ns == before
    assert len(list(Path("runs").glob("*/episodes/*"))) == 2


def test_a_failed_episode_leaves_the_result_incomplete_and_is_tried_again():
    words = ["evaluate", frail.NAME, "--seeds", "1-3", "--steps", "4", "--parallel", "1"]
    Path("broken").touch()
    broken = automem(*words)
    assert broken.exit_code == 1, broken.output
    assert "incomplete: 1 of 3 failed" in broken.stdout
    assert "±" not in broken.stdout
    assert re.search(r"failed: support\.frail:FRAIL, seeds 2: .*it caved in", broken.stdout)
    Path("broken").unlink()
    whole = automem(*words, "--json")
    assert whole.exit_code == 0, whole.output
    found = json.loads(whole.stdout)
    assert found["all"]["progression"]["n"] == 3
    assert [episode["status"] for episode in found["episodes"]] == ["done"] * 3


def test_tasks_that_cannot_be_played_here_are_left_out_loudly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AUTOMEM_BOXOBAN", "nowhere")
    words = ["evaluate", "minihack", "--seeds", "42", "--steps", "2", "--agent", "random"]
    result = automem(*words, "--tasks", "boxoban-hard,corridor-r3,minihack-mazewalk-9x9")
    assert result.exit_code == 0, result.output
    assert re.search(r"Mean over 2 of 3 tasks: \d+\.\d\d ± \d+\.\d\d %", result.stdout)
    assert "left out: minihack-boxoban-hard: " in result.stdout
    for row in ("corridor-r3", "mazewalk-9x9", "all"):
        assert re.search(rf"^ *{row} +\d+\.\d\d ± ", result.stdout, re.MULTILINE)
    (run,) = Path("runs").iterdir()
    asked = json.loads((run / "run.json").read_text())["asked"]
    assert asked["tasks"] == {"minihack-corridor-r3": 2, "minihack-mazewalk-9x9": 2}
    assert asked["left_out"] == ["minihack-boxoban-hard"]
    alone = automem("evaluate", "minihack", "--tasks", "boxoban-hard")
    assert alone.exit_code == 2
    assert "AUTOMEM_BOXOBAN" in alone.output or "automem boxoban" in alone.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["chess"], "there is no task 'chess'"),
        (["minihack", "--tasks", "chess"], "there is no task 'chess' to choose"),
        (["crafter", "--seeds", "51-42"], "empty range"),
        (["crafter", "--seeds", "some"], "names no seeds"),
        (["crafter", "--seeds", ""], "names no seeds"),
        (["crafter", "--seeds", "2147483648"], "there is no seed 2147483648"),
        (["crafter", "--model", "offline:ghost"], "offline:player"),
        (["crafter", "--scaffold", "nowhere"], "there is no scaffold 'nowhere'"),
        (["crafter", "--agent", "random", "--scaffold", "mine"], "plays without a scaffold"),
        (["crafter", "--parallel", "0"], "--parallel"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(words: list[str], sentence: str):
    result = automem("evaluate", *words)
    assert result.exit_code == 2, result.output
    assert sentence in result.output.replace("\n", " ")
    assert "Traceback" not in result.output
    assert not Path("runs").exists()


def test_another_run_in_the_folder_is_refused():
    automem(*TOY, "--seeds", "1", "--out", "run")
    result = automem(*TOY, "--seeds", "1", "--out", "run", "--agent", "memory-wiped")
    assert result.exit_code == 2
    assert "holds a run with another agent" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_says_what_is_kept_and_the_same_command_goes_on():
    words = [*TOY, "--seeds", "1-12"]
    driver = subprocess.Popen(
        [sys.executable, "-c", CODE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert driver.stdout is not None
    first = driver.stdout.readline()
    children = processes_under(driver.pid)
    driver.send_signal(signal.SIGINT)
    said, problem = driver.communicate(timeout=20)
    assert first.startswith("1 of 12")
    assert driver.returncode == 130, problem
    assert re.search(r"stopped: \d+ of 12 episodes are done", problem)
    assert "±" not in said
    wait_for(lambda: not [one for one in children if Path(f"/proc/{one}").exists()])
    whole = automem(*words)
    assert whole.exit_code == 0, whole.output
    assert "12 of 12" in whole.stdout
    assert not whole.stdout.startswith("1 of 12")
    assert re.search(r"CORRIDOR +\d+\.\d\d ± \d+\.\d\d +12 +0", whole.stdout)
