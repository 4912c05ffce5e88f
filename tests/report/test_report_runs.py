"""Reports of every kind of run: whole ones, and those that go on, failed or are foreign."""

import json
import shutil
from pathlib import Path

import pytest

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.report.pages import render
from automem_graph.report.report import Report, read_report
from support.evolutions import FIRST, LOST, evolved
from support.long_trace import long_trace
from support.pages import Tags
from support.runs import played, suite_run
from support.trainings import trained


def page(report: Report) -> Tags:
    return Tags(render("report", report=report))


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    """A short episode of two models, with files and a trace."""
    return long_trace(tmp_path_factory.mktemp("made") / "walk", steps=60)


def test_trials_stand_with_what_they_learned_and_why_one_was_promoted():
    trained()
    words = page(read_report([Path("run")])).words
    for said in (
        "Loop 2 was asked for a memory specialist for corridor, by offline:engineer: 2 seeds to "
        "train on, 3 for trials, 3 held out.",
        "2 recipes were tried, and t2 was promoted: held out repeated writes",
        "Promoted: t2: repeated writes",
        "t1 failed at train Takes all. out of memory: take a smaller batch",
        "90 examples (60 LOG, 30 PLAN) of 2 episodes",
        "Progression and habits held out, mean ± SE",
        "selection consults",
        "rank 16, alpha 32, all-linear",
    ):
        assert said in words, said


def test_a_run_of_loop_2_that_goes_on_decides_nothing_yet():
    trained(ended=False)
    words = page(read_report([Path("run")])).words
    assert "2 recipes were tried so far, and nothing is decided. It has not ended" in words


def test_evaluations_stand_side_by_side_on_the_worlds_that_they_share():
    played("one", {("corridor", 1): 0.5, ("corridor", 2): 0.25})
    played("two", {("corridor", 1): 0.75, ("corridor", 2): 0.25}, gameplay="b")
    report = read_report([Path("one"), Path("two")])
    words = page(report).words
    assert "Progression: 37.50 ± 8.84 %, n 2." in words
    assert "two minus one: +12.50 points" in words
    assert "1 better, 0 worse, 1 the same" in words
    assert [(row.run, row.mean) for row in report.data.progression] == [
        ("one", 0.375),
        ("two", 0.5),
    ]


def test_a_failed_episode_leaves_no_mean_and_says_why():
    played("one", {("corridor", 1): 0.5, ("corridor", 2): None})
    report = read_report([Path("one")])
    assert report.data.progression[0].incomplete == "1 of 2 failed"
    words = page(report).words
    assert "Progression: no mean, as 1 of 2 failed, n 2." in words
    assert "failed: it broke" in words
    assert "corridor, 2 episodes, 1 done" in words


def test_a_run_that_nobody_has_played_yet_says_what_was_asked():
    suite_run("one", (1, 2), corridor=10)
    words = page(read_report([Path("one")])).words
    assert "seeds 1-2" in words
    assert "No episode was begun." in words


def test_memory_grows_step_by_step_and_tokens_are_told_by_role(episode: EpisodeFolder):
    report = read_report([episode.run.path])
    (curve,) = report.data.growth.values()
    assert [row.step for row in curve] == list(range(61))
    assert curve[0].mean == 0
    assert curve[60].mean == sum(len(path.read_text()) for path in episode.memory.iterdir())
    usage = {row.role: row for row in report.data.tokens}
    assert usage["gameplay"].model == "made-up:gameplay"
    assert usage["specialist"].input > 2000
    assert usage["specialist"].usd is None
    words = page(report).words
    assert "made-up:specialist" in words
    assert "unpriced" in words


def test_an_episode_is_a_report_as_well(episode: EpisodeFolder):
    report = read_report([episode.path])
    assert [row.episode for row in report.data.episodes] == [episode.id]
    assert f"automem replay {episode.path}" in page(report).text


def test_a_running_episode_is_shown_as_far_as_it_has_come(episode: EpisodeFolder):
    shutil.copytree(episode.run.path, "walk")
    running = EpisodeFolder(Path("walk/episodes") / episode.id)
    running.result.unlink()
    with running.trace.open("ab") as file:
        file.write(b'{"step": 60, "torn')
    report = read_report([Path("walk")])
    (row,) = report.data.episodes
    assert (row.status, row.steps) == ("running", 60)
    assert len(next(iter(report.data.growth.values()))) == 61
    words = page(report).words
    assert "Progression: no mean, as 1 of 1 missing" in words
    assert "not ended: it runs, or was interrupted" in words


def test_a_damaged_journal_takes_only_its_curve_away(episode: EpisodeFolder):
    shutil.copytree(episode.run.path, "walk")
    broken = EpisodeFolder(Path("walk/episodes") / episode.id)
    broken.journal.write_text("nonsense\n")
    report = read_report([Path("walk")])
    assert not report.data.growth
    words = page(report).words
    assert "memory.jsonl cannot be read" in words
    assert "LOG writes per step" in words


def test_results_of_another_version_are_shown_without_their_measures():
    folder = evolved()
    for path in folder.path.glob("plays/v0-aaaaaaaaaa/episodes/*/episode.json"):
        kept = json.loads(path.read_text())
        path.write_text(json.dumps({**kept, "metrics": {"growth": 1.0}}))
    report = read_report([folder.path])
    words = page(report).words
    assert "was written by another version of automem-graph (and 7 more)" in words
    assert "It kept 1 of 3 attempts: v1 earns 75.00 ± 0.00 % at the gate, v0 50.00" in words
    assert "v1.2 rejected at check" in words


def test_a_damaged_result_is_an_episode_that_is_missing_from_the_mean():
    played("one", {("corridor", 1): 0.5, ("corridor", 2): 0.5})
    path = next(Path("one/episodes").glob("s2-*/episode.json"))
    path.write_text("{")
    report = read_report([Path("one")])
    assert report.data.progression[0].incomplete == "1 of 2 missing"
    assert [row.status for row in report.data.episodes] == ["done", "damaged"]


def test_episodes_with_other_ids_are_shown_as_they_lie_there():
    played("one", {("corridor", 1): 0.5})
    kept = json.loads(Path("one/run.json").read_text())
    kept["asked"]["engine"] = "another"
    Path("one/run.json").write_text(json.dumps(kept))
    words = page(read_report([Path("one")])).words
    assert "its episodes were played by another version of automem-graph" in words
    assert "Progression: 50.00 %." in words


def test_a_damaged_lineage_leaves_what_was_asked():
    folder = evolved()
    folder.lineage.write_text("nonsense\n")
    words = page(read_report([folder.path])).words
    assert "lineage.jsonl is damaged" in words
    assert "proposer offline:reviewer" in words


def test_v0_is_shown_before_it_is_measured_to_its_end():
    folder = evolved(rows=(FIRST,), ended=False)
    folder.lineage.unlink()
    shutil.rmtree(next(folder.path.glob("plays/*/episodes/s1-*")))
    words = page(read_report([folder.path])).words
    assert "So far 3 of 4 episodes are done. It has not ended" in words


def test_a_pipeline_is_its_stages_and_its_table():
    evolved("whole/evolve", (FIRST, LOST))
    trained("whole/train")
    played("whole/final/v0", {("corridor", 1): 0.5, ("corridor", 2): 0.5})
    played("whole/final/loop-1", {("corridor", 1): 0.75, ("corridor", 2): 0.5}, scaffold="v0-x")
    report = read_report([Path("whole")])
    names = [run.name for run in report.runs]
    assert names == ["whole: evolve", "whole: train", "whole: final"]
    assert "Progression: v0 50.00 ± 0.00 %; + loop 1 62.50 ± 8.84 %." in page(report).words


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_a_run_is_refused(name: str):
    with pytest.raises(RunError, match=r"it has no run\.json, evolve\.json or train\.json"):
        read_report([Path(name)])


def test_hostile_names_of_tasks_and_errors_are_text(episode: EpisodeFolder):
    shutil.copytree(episode.run.path, "walk")
    path = Path("walk/episodes") / episode.id / "episode.json"
    kept = json.loads(path.read_text())
    evil = "<img src=x onerror=alert(1)>\u202e"
    path.write_text(json.dumps({**kept, "status": "failed", "error": evil, "progression": None}))
    found = page(read_report([Path("walk")]))
    assert "img" not in found.names
    assert "\u202e" not in found.text
    assert "failed: <img src=x" in found.text
