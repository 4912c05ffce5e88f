"""What a run's folder says of the run: run.json grows, and never changes its mind."""

import json
from pathlib import Path
from threading import Thread

import pytest

from automem_graph.episodes.identity import Asked, RunAsked, episode_id
from automem_graph.episodes.keep import extend_run, keep_run, keep_scaffold, read_run
from automem_graph.episodes.layout import FORMAT, RunError, RunFolder
from automem_graph.scaffold.load import load_scaffold

WHO = {
    "agent": "memory",
    "scaffold": "v0-abc",
    "gameplay": "a",
    "specialist": "a",
    "engine": "e",
}
RUN = RunFolder(Path("run"))


def suite(seeds: tuple[int, ...], left_out: tuple[str, ...] = (), **tasks: int) -> RunAsked:
    return RunAsked(tasks=tasks, seeds=seeds, left_out=left_out, **WHO)


def test_a_single_play_is_a_run_without_seeds():
    keep_run(RUN, Asked(task="crafter", steps=10, **WHO))
    assert read_run(RUN) == RunAsked(tasks={"crafter": 10}, **WHO)
    assert json.loads(RUN.asked.read_text())["format"] == FORMAT


def test_what_a_run_asks_of_its_episodes_gives_them_their_ids():
    asked = Asked(task="a", steps=10, **WHO)
    assert suite((1,), a=10, b=20).of("a") == asked
    assert episode_id(suite((1,), a=10).of("a"), 1) == episode_id(asked, 1)


def test_a_suite_covers_its_tasks_and_no_other():
    extend_run(RUN, suite((1, 2), a=10, b=20))
    before = RUN.asked.read_bytes()
    keep_run(RUN, Asked(task="b", steps=20, **WHO))
    assert RUN.asked.read_bytes() == before
    with pytest.raises(RunError, match="holds a run of a, b, not of c"):
        keep_run(RUN, Asked(task="c", steps=20, **WHO))
    with pytest.raises(RunError, match="another steps:"):
        keep_run(RUN, Asked(task="b", steps=21, **WHO))


def test_more_seeds_and_tasks_join_those_asked_for_before():
    extend_run(RUN, suite((2, 1), ("c",), b=20))
    extend_run(RUN, suite((5,), ("d",), a=10, c=30))
    assert read_run(RUN) == suite((1, 2, 5), ("d",), a=10, b=20, c=30)
    before = RUN.asked.stat().st_mtime_ns
    extend_run(RUN, suite((1,), a=10))
    assert RUN.asked.stat().st_mtime_ns == before


def test_a_suite_goes_on_in_the_folder_of_a_single_play():
    keep_run(RUN, Asked(task="a", steps=10, **WHO))
    extend_run(RUN, suite((7,), a=10))
    assert read_run(RUN) == suite((7,), a=10)


@pytest.mark.parametrize("name", WHO)
def test_another_run_is_refused_and_left_alone(name: str):
    extend_run(RUN, suite((1,), a=10))
    before = RUN.asked.read_bytes()
    with pytest.raises(RunError, match=f"another {name}: choose another folder"):
        extend_run(RUN, suite((1,), a=10).model_copy(update={name: "other"}))
    with pytest.raises(RunError, match="another steps: choose"):
        extend_run(RUN, suite((1,), a=11, b=1))
    assert RUN.asked.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"format": 1}', "another version of automem-graph"),
        (f'{{"format": {FORMAT}}}', "asked is damaged"),
        (f'{{"format": {FORMAT}, "asked": {{"tasks": {{"a": "x"}}}}}}', r"tasks\.a is damaged"),
        ("[]", "is not a JSON object"),
        ("{", "cannot be read"),
    ],
)
def test_a_damaged_run_is_named(text: str, problem: str):
    RUN.path.mkdir()
    RUN.asked.write_text(text)
    with pytest.raises(RunError, match=problem):
        read_run(RUN)


def test_a_folder_without_a_run_is_named():
    with pytest.raises(RunError, match=r"there is no run in run: it has no run\.json"):
        read_run(RUN)


def test_drivers_that_begin_a_run_at_once_do_not_disturb_each_other():
    scaffold = load_scaffold("v0")
    problems = []

    def begin() -> None:
        try:
            keep_run(RUN, Asked(task="a", steps=10, **WHO))
            keep_scaffold(RUN, scaffold)
            assert RUN.keep_prompt("a text " * 1000)
        except Exception as problem:
            problems.append(problem)

    threads = [Thread(target=begin) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert [path.name for path in RUN.scaffold("").iterdir()] == [scaffold.id]
    assert load_scaffold(str(RUN.scaffold(scaffold.id))).id == scaffold.id
