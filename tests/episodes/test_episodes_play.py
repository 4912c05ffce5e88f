"""One episode from begin to end: results, failures, what the same command does again."""

import json
from dataclasses import replace

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from support.playing import scaffold_with, table
from support.scripted import by_routine, in_turn
from support.timeless import timeless

DONE = "<|DONE|>"
RIGHT = "<|ACTION|>Right<|END|>"
LOG = "<|APPEND|>notes.md|on I go<|END|><|DONE|>"


def test_the_world_ends_an_episode_and_the_result_says_so():
    with table(by_routine(DONE, RIGHT)) as at:
        result = at.play()
        kept = json.loads(at.folder.result.read_text())
    assert (result.status, result.ended, result.steps, result.progression) == (
        "done",
        "world",
        6,
        1.0,
    )
    assert kept["progression"] == 1.0
    assert kept["metrics"]["calls"] == pytest.approx(11 / 6)


def test_the_limit_ends_an_episode():
    with table(by_routine(DONE, RIGHT), steps=3) as at:
        result = at.play()
    assert (result.ended, result.steps, result.progression) == ("limit", 3, 0.5)


def test_a_model_that_is_down_fails_the_episode_and_the_same_call_goes_on():
    calls = 0

    def say(messages: list) -> str:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise RuntimeError("no weights")
        return by_routine(LOG, RIGHT)(messages)

    with table(say) as at:
        failed = at.play()
        assert (failed.status, failed.progression, failed.steps) == ("failed", None, 2)
        assert failed.error is not None
        assert failed.error.startswith("ModelError: the model 'scripted' at Scripted")
        assert "(RuntimeError: no weights)" in failed.error
        again = at.play()
        files = {path.name: path.read_text() for path in at.folder.memory.iterdir()}
        journal = list(read_rows(at.folder.journal))
    assert (again.status, again.steps, again.progression) == ("done", 6, 1.0)
    assert files == {"notes.md": "on I go\n" * 5} == files_at(journal)


def test_an_interrupted_episode_equals_an_undisturbed_one():
    def interrupted(after: int):
        calls = 0

        def say(messages: list) -> str:
            nonlocal calls
            calls += 1
            if calls == after:
                raise KeyboardInterrupt
            return by_routine(LOG, RIGHT)(messages)

        return say

    with table(by_routine(LOG, RIGHT), run="whole") as at:
        at.play()
        whole = timeless(at.folder)
    for after in range(1, 12):
        with table(interrupted(after), run=f"cut-{after}") as at:
            with pytest.raises(KeyboardInterrupt):
                at.play()
            assert not at.folder.result.exists()
            at.play()
            assert timeless(at.folder) == whole


def test_playing_again_returns_what_is_there():
    with table(by_routine(DONE, RIGHT)) as at:
        first = at.play()
        asked = len(at.models["gameplay"].prompts)
        assert at.play() == first
        assert len(at.models["gameplay"].prompts) == asked


def test_a_folder_of_another_run_is_refused():
    with table(by_routine(DONE, RIGHT)) as at:
        at.play()
        at.context = replace(at.context, steps=3)
        with pytest.raises(RunError, match="holds a run with another steps"):
            at.play()


def test_a_folder_of_another_version_is_refused_and_left_alone():
    with table(by_routine(DONE, RIGHT)) as at:
        at.folder.run.path.mkdir()
        at.folder.run.asked.write_text('{"format": 99}')
        with pytest.raises(RunError, match="another version"):
            at.play()
        assert at.folder.run.asked.read_text() == '{"format": 99}'
        at.folder.run.asked.write_text("{")
        with pytest.raises(RunError, match="cannot be read"):
            at.play()


def test_the_run_keeps_the_scaffold_that_played(tmp_path):
    folder = scaffold_with(tmp_path / "mine")
    with table(by_routine(DONE, RIGHT), scaffold=folder, steps=1) as at:
        at.play()
        kept = at.folder.run.scaffold(at.rows() and at.desks.asked(at.context).scaffold)
        names = {path.name for path in kept.iterdir()}
    assert names == {"scaffold.toml", "actions.py", "prompts"}


def test_a_wandering_world_cannot_be_resumed_silently():
    with table(in_turn(DONE, RIGHT), steps=4) as at:
        at.play()
        at.folder.result.unlink()
        text = at.folder.trace.read_text().replace("colour 42", "colour 43")
        at.folder.trace.write_text(text)
        with pytest.raises(RunError, match="differs from the recorded one"):
            at.play()
