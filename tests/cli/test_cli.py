"""The commands as a person types them: exit codes, sentences, what is printed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support import toy
from support.playing import scaffold_with

TOY = ["play", toy.NAME, "--model", "offline:player"]


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_play_plays_an_episode_and_says_what_came_of_it():
    result = automem(*TOY, "--steps", "4")
    assert result.exit_code == 0, result.output
    assert "in 4 steps" in result.stdout
    assert "stuck_steps" in result.stdout
    (trace,) = Path("runs").glob("*/episodes/*/trace.jsonl")
    assert str(trace) in result.stdout
    assert trace.parts[1].startswith("support.toy")


def test_playing_again_says_that_it_exists_and_changes_nothing():
    automem(*TOY, "--steps", "3")
    before = {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")}
    again = automem(*TOY, "--steps", "3")
    assert "has been played already" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")} == before


def test_json_is_for_machines():
    result = automem(*TOY, "--steps", "3", "--json")
    said = json.loads(result.stdout)
    assert (said["status"], said["steps"], said["ended"]) == ("done", 3, "limit")


@pytest.mark.parametrize("task", ["nethack", "minihack-corridor-r3"])
def test_play_plays_the_other_games_and_branches_off_them(task: str):
    played = automem("play", task, "--steps", "6", "--out", "run", "--json")
    assert played.exit_code == 0, played.output
    assert json.loads(played.stdout)["steps"] == 6
    branch = automem("play", "--from", "run", "--at", "3", "--agent", "random", "--json")
    assert branch.exit_code == 0, branch.output
    said = json.loads(branch.stdout)
    assert (said["asked"]["task"], said["asked"]["agent"], said["steps"]) == (task, "random", 6)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["play", "chess"], "there is no task 'chess'"),
        (["play", "craftre"], "Did you mean 'crafter'?"),
        (["play", "minihack"], "The suites are: crafter, minihack, nethack, errands"),
        (["play", "minihack-boxoban-hard"], "`automem boxoban` says how to get them"),
        (["play", "crafter", "--seed", "-1"], "--seed"),
        (["play", "crafter", "--seed", "many"], "--seed"),
        (["play", "crafter", "--model", "offline:ghost"], "offline:player"),
        (["play", "crafter", "--model", "nonsense"], "provider:model"),
        (["play", "crafter", "--scaffold", "nowhere"], "there is no scaffold 'nowhere'"),
        (["trace", "nowhere"], "there is no nowhere"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(
    words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AUTOMEM_BOXOBAN", "nowhere")
    result = automem(*words)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("scaffold_toml", "name = [", "scaffold.toml:1"),
        ("actions_py", "def search(files, file, keyword):\n    return (\n", "actions.py:"),
        ("actions_py", "MOST = 20\n", "actions.py"),
        ("prompts__log_md", "# LOG\n\n{% if %}\n", "log.md:3"),
        ("prompts__plan_md", "Plan now.\n", "plan.md:1"),
    ],
)
def test_a_broken_scaffold_is_named_with_file_and_line(tmp_path: Path, file, text, named):
    folder = scaffold_with(tmp_path / "mine", **{file: text})
    result = automem(*TOY, "--scaffold", folder)
    assert result.exit_code == 2, result.output
    assert named in result.output.replace("\n", "")
    assert "Traceback" not in result.output


def test_a_run_folder_of_another_version_is_refused(tmp_path: Path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old/run.json").write_text('{"format": 0}')
    result = automem(*TOY, "--out", str(tmp_path / "old"))
    assert result.exit_code == 2
    assert "another version" in result.output
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["run.json"]


def test_a_failing_scaffold_fails_the_episode_with_exit_code_1(tmp_path: Path):
    hooks = "def canonicalise(action, seen):\n    raise RuntimeError('oh no')\n"
    folder = scaffold_with(tmp_path / "mine", hooks_py=hooks)
    result = automem(*TOY, "--scaffold", folder, "--steps", "2")
    assert result.exit_code == 1, result.output
    assert "oh no" in result.output
    assert "hooks.py:2" in result.output
    assert "Traceback" not in result.output


def test_trace_shows_an_episode_and_one_step():
    automem(*TOY, "--steps", "3", "--out", "run")
    overview = automem("trace", "run")
    assert overview.exit_code == 0
    assert len(overview.stdout.splitlines()) == 4
    step = automem("trace", "run", "--step", "2")
    assert "# LOG, step 2" in step.stdout
    assert "the world" in step.stdout
    assert "You stand in room" in step.stdout
    as_json = automem("trace", "run", "--step", "2", "--json")
    assert json.loads(as_json.stdout)["step"] == 2


def test_trace_of_a_step_that_is_not_there():
    automem(*TOY, "--steps", "3", "--out", "run")
    result = automem("trace", "run", "--step", "9")
    assert result.exit_code == 2
    assert "steps 0 to 2" in result.output


def test_trace_of_a_torn_trace_shows_what_is_whole():
    automem(*TOY, "--steps", "3", "--out", "run")
    (trace,) = Path("run").glob("episodes/*/trace.jsonl")
    trace.write_bytes(trace.read_bytes()[:-20])
    result = automem("trace", "run")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3


def test_a_branch_goes_on_from_an_earlier_step_with_another_scaffold(tmp_path: Path):
    automem(*TOY, "--steps", "6", "--out", "run")
    (original,) = Path("run").glob("episodes/*")
    hooks = "def canonicalise(action, seen):\n    return 'Right'\n"
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hooks)
    words = ["play", "--from", str(original), "--at", "2", "--scaffold", scaffold, "--json"]
    first, again = automem(*words), automem(*words)
    assert first.exit_code == 0, first.output
    said = json.loads(first.stdout)
    assert said["steps"] == 6
    assert said["episode"] != original.name
    assert json.loads(again.stdout) == said
    before = automem("trace", str(original), "--step", "1", "--json").stdout
    branch = f"run/episodes/{said['episode']}"
    assert automem("trace", branch, "--step", "1", "--json").stdout == before
    assert json.loads(automem("trace", branch, "--step", "5", "--json").stdout)["action"] == "Right"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "run"], "--from needs --at: "),
        (["--from", "run", "--at", "9"], "cannot be forked at 9"),
        (["crafter", "--from", "run", "--at", "1"], "leave TASK"),
        (["crafter", "--at", "1"], "--from EPISODE"),
        ([], "name a TASK"),
    ],
)
def test_a_branch_that_cannot_be_is_one_sentence(words: list[str], sentence: str):
    automem(*TOY, "--steps", "3", "--out", "run")
    result = automem("play", *words)
    assert result.exit_code == 2
    assert sentence in result.output.replace("\n", " ")


def test_memory_shows_the_files_at_any_step(tmp_path: Path):
    hooks = "def after_log(state, seen, files):\n"
    hooks += "    return [('append', 'log.md', f\"step {seen['step']}\")], state\n"
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hooks)
    automem(*TOY, "--steps", "5", "--out", "run", "--scaffold", scaffold)
    assert json.loads(automem("memory", "run", "--json").stdout)["log.md"].count("step") == 4
    at = json.loads(automem("memory", "run", "--at", "3", "--json").stdout)
    assert at["log.md"] == "step 1\nstep 2\n"
    assert "no files" in automem("memory", "run", "--at", "0").stdout
    changed = automem("memory", "run", "--diff", "2", "4").stdout
    assert "+step 2" in changed
    assert "+step 3" in changed
    assert "+step 1" not in changed
    assert automem("memory", "run", "--at", "9").exit_code == 2


def test_hostile_text_stays_text():
    from automem_graph.cli.console import shown

    assert shown("a\x1b[31mb\x07[bold]c[/bold]\nd").plain == "a�[31mb�[bold]c[/bold]\nd"


def test_doctor_looks_at_this_installation():
    result = automem("doctor")
    assert result.exit_code == 0, result.output
    assert "world crafter" in result.stdout
    assert "It does not cover:" in result.stdout
    found = json.loads(automem("doctor", "--json").stdout)
    assert found["worlds"]["crafter"] == found["worlds"]["nethack"] == "ok"
    assert found["scaffold_host"] == "ok"


def test_help_teaches():
    for command in ("play", "evaluate", "compare", "trace", "memory", "doctor"):
        result = automem(command, "--help")
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) > 5
    assert "automem play crafter" in automem("--help").stdout


def test_importing_the_package_is_light():
    code = "import sys, automem_graph; print([m for m in sys.modules if m.split('.')[0] in "
    code += "('langchain_core','langgraph','crafter','numpy','jinja2','pydantic','rich')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
