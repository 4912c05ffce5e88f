"""`automem evaluate --langsmith`: what a local LangSmith is told of an evaluation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from langsmith import utils
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.episodes.metrics import Metrics
from support import frail, toy
from support.langsmith_server import LangSmithServer

TOY = ["evaluate", toy.NAME, "--steps", "4", "--parallel", "1"]
FRAIL = ["evaluate", frail.NAME, "--steps", "4", "--parallel", "1", "--seeds", "1-2"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LangSmithServer]:
    with LangSmithServer() as one:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", one.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2-key")
        utils.get_env_var.cache_clear()
        yield one
    utils.get_env_var.cache_clear()


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})


def test_a_row_for_each_episode_with_its_scores_and_an_example_for_each_world(server):
    result = automem(*TOY, "--seeds", "1-3", "--langsmith", "first")
    assert result.exit_code == 0, result.output
    (dataset,), (experiment,) = server.tables["datasets"], server.tables["sessions"]
    assert dataset["name"] == f"automem-{toy.NAME}"
    assert (experiment["name"], experiment["reference_dataset_id"]) == ("first", dataset["id"])
    assert experiment["extra"]["metadata"]["gameplay"] == "offline:player"
    worlds = {row["id"]: row["inputs"] for row in server.tables["examples"]}
    assert sorted(world["seed"] for world in worlds.values()) == [1, 2, 3]
    assert len(server.runs) == 3
    for run in server.runs.values():
        assert run["inputs"] == worlds[run["reference_example_id"]]
        assert run["session_name"] == "first"
        assert run["outputs"] == {"progression": 4 / 6, "steps": 4, "ended": "limit"}
        assert run["start_time"] < run["end_time"]
        told = [row for row in server.feedback.values() if row["run_id"] == run["id"]]
        assert {row["key"] for row in told} == {"progression", *Metrics.model_fields}
        assert {row["score"] for row in told if row["key"] == "progression"} == {0.6667}
        assert all(row["session_id"] == experiment["id"] for row in told)


def test_the_same_command_changes_nothing_and_more_seeds_are_added(server):
    automem(*TOY, "--seeds", "1-2", "--langsmith", "first")
    before = (set(server.runs), set(server.feedback), [*server.tables["examples"]])
    automem(*TOY, "--seeds", "1-2", "--langsmith", "first")
    assert before == (set(server.runs), set(server.feedback), server.tables["examples"])
    automem(*TOY, "--seeds", "1-3", "--langsmith", "first")
    assert (len(server.runs), len(server.tables["examples"])) == (3, 3)
    automem(*TOY, "--seeds", "1-3", "--agent", "random", "--langsmith", "second")
    assert len(server.tables["sessions"]) == 2
    assert (len(server.runs), len(server.tables["examples"])) == (6, 3)


@pytest.mark.parametrize(("words", "told"), [([], "it caved in"), (["off"], "WorldCrashed")])
def test_a_failed_episode_is_an_error_without_a_score(
    server, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
):
    monkeypatch.setenv("LANGSMITH_HIDE_INPUTS", "")  # set by the command; the test takes it back
    monkeypatch.setenv("LANGSMITH_HIDE_OUTPUTS", "")
    payloads = ["--trace-payloads", *words] if words else []
    Path("broken").touch()
    assert automem(*FRAIL, "--langsmith", "first", *payloads).exit_code == 1
    by_seed = {run["inputs"]["seed"]: run for run in server.runs.values()}
    assert "error" not in by_seed[1]
    assert by_seed[1]["outputs"]["progression"] == 4 / 6
    failed = by_seed[2]
    assert failed.get("outputs") is None
    assert told in failed["error"]
    assert ("caved" in failed["error"]) != bool(words)
    assert failed["id"] not in {row["run_id"] for row in server.feedback.values()}
    Path("broken").unlink()
    assert automem(*FRAIL, "--langsmith", "first").exit_code == 0
    again = [run for run in server.runs.values() if run["inputs"]["seed"] == 2]
    assert len(again) == 2
    assert {run["reference_example_id"] for run in again} == {failed["reference_example_id"]}
    (done,) = (run for run in again if run["id"] != failed["id"])
    assert done["id"] in {row["run_id"] for row in server.feedback.values()}


def test_another_player_needs_another_name(server):
    automem(*TOY, "--seeds", "1", "--langsmith", "first")
    other = ["--agent", "random", "--out", "b"]
    result = automem(*TOY, "--seeds", "1", "--langsmith", "first", *other)
    assert result.exit_code == 2
    assert "has a project first already, with another agent" in result.output.replace("\n", " ")
    assert not Path("b/episodes").exists()
    result = automem(*FRAIL, "--langsmith", "first", "--out", "c")
    assert "another suite" in result.output


def test_a_langsmith_that_refuses_is_known_before_anything_is_played(server):
    server.refuses["/datasets"] = 401
    result = automem(*TOY, "--seeds", "1", "--langsmith", "first")
    assert result.exit_code == 2
    assert "check LANGSMITH_API_KEY" in result.output
    assert "Traceback" not in result.output
    assert not list(Path("runs").glob("*/episodes"))


def test_what_is_not_recorded_in_the_end_is_said_and_the_scores_are_there(server):
    server.refuses["/runs/multipart"] = 403
    result = automem(*TOY, "--seeds", "1", "--langsmith", "first")
    assert result.exit_code == 1
    assert "66.67 ± 0.00" in result.stdout
    assert "The same command records" in result.output
    del server.refuses["/runs/multipart"]
    assert automem(*TOY, "--seeds", "1", "--langsmith", "first").exit_code == 0
    assert len(server.runs) == 1


def test_without_the_option_langsmith_hears_nothing(server):
    assert automem(*TOY, "--seeds", "1").exit_code == 0
    assert server.requests == []
