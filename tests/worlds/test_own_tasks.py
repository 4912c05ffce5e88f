"""Tasks of one's own by name: what packages offer, what lies in the working folder, what it is."""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automem_graph.agent.context import PlayContext
from automem_graph.cli.app import app
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import (
    UnknownTask,
    find_task,
    missing,
    no_such_seed,
    offered_names,
    own_version,
    suite,
    worlds_of,
)
from support.distribution import TASK, install


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of this process and of its children."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ["PYTHONPATH"]]))
    return folder


def test_what_a_package_offers_is_played_by_its_name(site: Path):
    tasks = {"rooms": "rooms_a:ROOMS", "made-rooms": "rooms_a:made", "class-rooms": "rooms_a:Rooms"}
    install(site, "rooms-a", "rooms_a", tasks)
    assert {*tasks} <= {*offered_names()}
    for name in tasks:
        assert find_task(name).card.name == name
        assert suite(name) == (name,)
        assert missing(name) is worlds_of(name) is None
    with WorldProcess.start() as worlds:
        world = worlds.open("made-rooms", 7)
        assert world.reset().text == "room 7"
        assert world.step("Wait").progression == 0.5
    played = CliRunner().invoke(app, ["play", "rooms", "--seed", "7"])
    assert played.exit_code == 0, played.output
    assert "rooms, seed 7: progression 50.00% in 3 steps" in played.stdout


def test_what_packages_offer_is_told_where_one_looks_for_it(site: Path):
    install(site, "rooms-b", "rooms_b", {"corridors": "rooms_b:ROOMS"})
    with pytest.raises(UnknownTask, match=r"Did you mean 'corridors'\?.* packages offer: .*corrid"):
        find_task("coridors")
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert "Tasks of installed packages: " in told.stdout, told.stdout[-600:]
    assert "corridors" in told.stdout


def test_a_broken_one_is_a_sentence_and_breaks_no_other(site: Path):
    broken = {
        "no-module": "rooms_nowhere:ROOMS",
        "no-task": "rooms_c:BROKEN",
        "raises": "rooms_c:raises",
        "halls": "rooms_c:ROOMS",
    }
    install(site, "rooms-c", "rooms_c", broken)
    unreadable = site / "rooms_d-1.0.dist-info"
    unreadable.mkdir()
    (unreadable / "METADATA").write_text("Metadata-Version: 2.1\nName: rooms-d\nVersion: 1.0\n")
    (unreadable / "entry_points.txt").write_text("[automem_graph.tasks]\nnonsense\n")
    with pytest.raises(TypeError):
        entry_points(group="automem_graph.tasks")
    assert find_task("halls").card.title == "rooms-c"
    for name, said in (
        (
            "no-module",
            "the task 'no-module' of rooms-c .rooms_nowhere:ROOMS. cannot be loaded: Mod",
        ),
        ("no-task", "'no-task' is no task: it needs a `card`"),
        ("raises", "the task 'raises' cannot be made: RuntimeError: no room"),
    ):
        with pytest.raises(UnknownTask, match=said):
            find_task(name)
    assert find_task("crafter").card.name == "crafter"


def test_a_name_belongs_to_one_package_and_the_games_come_first(site: Path):
    install(site, "rooms-e", "rooms_e", {"twice": "rooms_e:ROOMS", "crafter": "rooms_e:ROOMS"})
    install(site, "rooms-f", "rooms_f", {"twice": "rooms_f:ROOMS"})
    with pytest.raises(
        UnknownTask, match=r"2 packages offer a task 'twice': name the one .*:ROOMS"
    ):
        find_task("twice")
    assert find_task("crafter").card.title != "rooms-e"
    assert "crafter" not in offered_names()


# --- the working folder ---------------------------------------------------------------------------


def test_a_module_of_the_working_folder_is_found_after_all_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    Path("rooms_here.py").write_text(TASK.format(title="here"))
    Path("json.py").write_text("raise SystemExit('json is no module of mine')")
    with WorldProcess.start() as worlds:
        assert worlds.open("rooms_here:ROOMS", 3).reset().text == "room 3"
    assert sys.path[-1] == str(Path.cwd())
    assert sys.path.count(str(Path.cwd())) == 1


# --- what its worlds follow from ------------------------------------------------------------------


def episode(task: str) -> str:
    with EpisodeDesks() as desks:
        return desks.folder(PlayContext(task=task, seed=1)).id


def test_a_changed_file_or_version_makes_other_episodes(site: Path):
    one = install(site, "rooms-g", "rooms_g", {"now": "rooms_g:ROOMS"}, version="1.0")
    version, known = own_version(find_task("now")), episode("now")
    assert own_version(find_task("rooms_g:ROOMS")) != version  # no release is known of it
    assert own_version(find_task("crafter")) == ""

    changed = [one.read_text() + "# another line\n", one.read_text() + "Rooms.version = 'new'\n"]
    for number, text in enumerate(changed):
        (site / f"rooms_h{number}.py").write_text(text)
    names = ("rooms_g:ROOMS", "rooms_h0:ROOMS", "rooms_h1:ROOMS")
    assert len({known, *map(episode, names)}) == 4
    assert len({own_version(find_task(name)) for name in names}) == 3


# --- so many worlds -------------------------------------------------------------------------------


FEW = "\nRooms.worlds = {}\n"


def test_a_task_may_have_only_so_many_worlds(site: Path):
    for count in (1, 12):
        (site / f"few_{count}.py").write_text(TASK.format(title="few") + FEW.format(count))
    assert worlds_of("few_12:ROOMS") == 12
    assert no_such_seed("few_12:ROOMS", range(12)) is None
    assert no_such_seed("crafter", [10**9]) is None
    assert no_such_seed("few_12:ROOMS", [3, 12, 13]) == (
        "few_12:ROOMS has 12 worlds, seeds 0 to 11: there is no seed 12"
    )
    for words, said in (
        (["play", "few_12:ROOMS", "--seed", "12"], "seeds 0 to 11: there is no seed 12"),
        (["play", "few_1:ROOMS", "--seed", "1"], "one world, seed 0: there is no seed 1"),
        (["evaluate", "few_12:ROOMS", "--seeds", "10-13"], "there is no seed 12"),
        (["evolve", "few_12:ROOMS", "--seeds", "10-13"], "there is no seed 12"),
    ):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 2, result.output
        assert said in " ".join(result.output.split())
        assert "Traceback" not in result.output
    played = CliRunner().invoke(app, ["play", "few_1:ROOMS"])
    assert "few_1:ROOMS, seed 0: progression" in played.stdout


@pytest.mark.parametrize("worlds", ["0", "-1", "'many'", "2.5"])
def test_a_number_of_worlds_is_a_number(site: Path, worlds: str):
    name = f"strange_{abs(hash(worlds))}"
    (site / f"{name}.py").write_text(TASK.format(title="few") + FEW.format(worlds))
    with pytest.raises(UnknownTask, match="should be a number from 1"):
        find_task(f"{name}:ROOMS")
