"""`automem compare`: what it prints, and when it will not."""

import json
import re

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support.runs import played


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})


def test_two_whole_runs():
    played("good", {("m-a", 1): 1.0, ("m-a", 2): 1.0, ("m-b", 1): 0.5, ("m-b", 2): 0.25})
    wiped = {("m-a", 1): 0.0, ("m-a", 2): 0.0, ("m-b", 1): 0.5, ("m-b", 2): 0.25}
    played("wiped", wiped, agent="memory-wiped")
    result = automem("compare", "good", "wiped")
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if "to +" in line}
    assert re.search(r"2 +100\.00 +0\.00 +\+100\.00 +\+100\.00 to \+100\.00 +0\.5000", rows["a"])
    assert re.search(r"2 +37\.50 +37\.50 +\+0\.00 +\+0\.00 to \+0\.00 +1\.0000", rows["b"])
    assert re.search(r"4 +68\.75 +18\.75 +\+50\.00", rows["all"])
    assert "agent memory-wiped" in result.stdout


def test_an_incomplete_comparison_says_so():
    played("one", {("a", 1): 0.5, ("a", 2): 0.5, ("a", 3): None, ("a", 4): None})
    played("other", {("a", 1): 0.5, ("a", 3): 0.5, ("a", 4): 0.5})
    result = automem("compare", "one", "other")
    assert result.exit_code == 1
    assert "no pair: a, seeds 2: missing in other" in result.stdout
    assert "no pair: a, seeds 3-4: failed in one" in result.stdout
    assert "incomplete: 3 of 4 pairs are missing" in result.output
    as_json = automem("compare", "one", "other", "--json")
    assert as_json.exit_code == 1
    assert len(json.loads(as_json.stdout)["unpaired"]) == 3
    some = automem("compare", "one", "other", "--seeds", "1", "--json")
    assert some.exit_code == 0
    assert json.loads(some.stdout)["all"]["difference"]["low"] is None


def test_tasks_that_could_not_be_played_are_named():
    played("one", {("a", 1): 0.5}, left_out=("b",))
    played("other", {("a", 1): 0.5}, left_out=("b",))
    result = automem("compare", "one", "other")
    assert result.exit_code == 0
    assert "Over 1 of 2 tasks. Left out: b." in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "run"], "are the same run"),
        (["run", "./run/../run"], "are the same run"),
        (["run", "nowhere"], "there is no run in nowhere"),
        (["run", "other", "--tasks", "c"], "there is no task 'c' to choose; there are: a"),
        (["run", "other", "--seeds", "9-1"], "empty range"),
        (["run", "other", "--seeds", "9"], "no finished episode in common"),
        (["run"], "Missing argument"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(words: list[str], sentence: str):
    played("run", {("a", 1): 0.5})
    played("other", {("a", 1): 0.5})
    result = automem("compare", *words)
    assert result.exit_code == 2, result.output
    assert sentence in result.output.replace("\n", " ")
    assert "Traceback" not in result.output


def test_a_damaged_result_is_named():
    run = played("run", {("a", 1): 0.5})
    played("other", {("a", 1): 0.5})
    (kept,) = run.path.glob("episodes/*/episode.json")
    kept.write_text("{")
    result = automem("compare", "run", "other")
    assert result.exit_code == 2
    assert f"{kept} cannot be read" in result.output.replace("\n", "")
