"""The base model is built once, whole or not at all, and is a model like any other."""

from dataclasses import replace
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.play import play_episode
from automem_graph.models.local.folders import find_folders
from automem_graph.proficiency.rehearsal import pretrain
from automem_graph.proficiency.rehearsal.base import TOLD, build_base, cache
from support.rehearsing import BRIEF

WEIGHTS = "model.safetensors"


def test_it_plays_as_one_model_and_as_two(brief_base: Path):
    base = f"local:{brief_base}"
    asked = PlayContext(
        task="gates", scaffold="terse", steps=2, gameplay=base, reply_tokens=8, run="one"
    )
    with EpisodeDesks() as desks:
        two = replace(asked, run="two", specialist=base, specialist_reply_tokens=7)
        for result in (play_episode(desks, one) for one in (asked, two)):
            assert (result.status, result.steps) == ("done", 2), result.error


def test_it_is_built_once_and_the_same_from_the_same(brief_base: Path, tmp_path: Path):
    written = (brief_base / WEIGHTS).stat().st_mtime_ns
    told: list[str] = []
    assert build_base(brief_base, schooling=BRIEF, progress=told.append) == brief_base
    assert told == []
    assert (brief_base / WEIGHTS).stat().st_mtime_ns == written
    again = build_base(tmp_path / "again", schooling=BRIEF, progress=told.append)
    assert (again / WEIGHTS).read_bytes() == (brief_base / WEIGHTS).read_bytes()
    assert "pre-training 2 of 2: step 4 of 4" in told[-1]
    assert list(tmp_path.iterdir()) == [again]


def test_another_seed_is_another_model_which_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made: list[int] = []

    def pretend(schooling, played, folder, progress):
        made.append(schooling.seed)
        folder.mkdir()
        (folder / "config.json").write_text(str(schooling.seed))

    monkeypatch.setattr(pretrain, "pretrain", pretend)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first, other = build_base(schooling=BRIEF), build_base(seed=1, schooling=BRIEF)
    assert first != other
    assert {first.parent, other.parent} == {cache()} == {tmp_path / "cache/automem/rehearsal"}
    assert build_base(schooling=BRIEF) == first
    assert made == [0, 1]
    place = tmp_path / "mine"
    for seed in (2, 2, 3):
        build_base(place, seed=seed, schooling=BRIEF)
    assert made == [0, 1, 2, 3]
    assert (place / "config.json").read_text() == "3"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cache", "mine"]


def test_a_build_that_is_interrupted_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupted(schooling, played, folder, progress):
        folder.mkdir()
        (folder / "config.json").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(pretrain, "pretrain", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_base(tmp_path / "base", schooling=BRIEF)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(RunError, match="no base model of the rehearsal: name another folder"):
        build_base(tmp_path, schooling=BRIEF)
    assert (tmp_path / "letter.txt").read_text() == "Dear"


def test_the_folder_holds_a_model_and_what_it_was_made_by(brief_base: Path):
    assert find_folders(str(brief_base)).base == brief_base
    assert '"careful": 1' in (brief_base / TOLD).read_text()
