import random
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automem_graph.cli.app import app
from automem_graph.worlds.minihack.boxoban import (
    SETS,
    choose_level,
    level_files,
    levels_folder,
    missing_levels,
    read_levels,
)
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import TaskUnavailable, find_task, missing
from support.levels import made, some_levels, write_levels

HARD, MEDIUM = SETS
LEVELS = [made(random.Random(number)) for number in range(6)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUTOMEM_BOXOBAN", str(tmp_path / "levels"))
    return tmp_path / "levels"


def test_levels_are_found_where_the_variable_says(folder: Path) -> None:
    assert levels_folder() == folder
    write_levels(folder / "hard" / "001.txt", LEVELS[:2])
    write_levels(folder / "hard" / "000.txt", LEVELS[2:])
    write_levels(folder / "medium" / "train" / "000.txt", LEVELS[:1])
    assert [file.name for file in level_files(HARD)] == ["000.txt", "001.txt"]
    assert len(level_files(MEDIUM)) == 1
    assert read_levels(level_files(HARD)[0]) == tuple(map(tuple, LEVELS[2:]))
    assert missing(HARD) is missing(MEDIUM) is None


def test_else_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOMEM_BOXOBAN")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert levels_folder() == tmp_path / "cache" / "automem" / "boxoban-levels"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert levels_folder() == tmp_path / ".cache" / "automem" / "boxoban-levels"


def test_a_level_is_a_matter_of_the_seed_alone(folder: Path) -> None:
    write_levels(folder / "hard" / "000.txt", LEVELS)
    random.seed(1)
    state = random.getstate()
    chosen = [choose_level(HARD, seed) for seed in range(40)]
    assert random.getstate() == state
    random.seed(2)
    assert [choose_level(HARD, seed) for seed in range(40)] == chosen
    assert len(set(chosen)) == len(LEVELS)


def test_opening_a_level_leaves_the_global_random_numbers_alone(folder: Path) -> None:
    write_levels(folder / "hard" / "000.txt", LEVELS)
    state = random.getstate()
    world = find_task(HARD).open(1)
    world.reset()
    world.close()
    assert random.getstate() == state


def test_the_map_is_the_level(folder: Path) -> None:
    write_levels(folder / "hard" / "000.txt", [LEVELS[0]])
    world = find_task(HARD).open(1)
    text = world.reset().text
    world.close()
    rows = [
        row for row in text.partition("Map:\n")[2].partition("\n\nStatus:")[0].split("\n") if row
    ]
    drawn = [row.strip() for row in rows]
    signs = str.maketrans({"$": "`", ".": "{", " ": "."})
    assert drawn == [row.translate(signs) for row in LEVELS[0]]
    assert text.partition("Cursor")[0].count("boulder") >= 1


@pytest.mark.parametrize("text", ["", "no level\n", "; 0\n\n; 1\n####\n"])
def test_a_file_without_levels_is_named(folder: Path, text: str) -> None:
    file = folder / "hard" / "000.txt"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(ValueError, match=r"000\.txt is no file of Boxoban levels"):
        choose_level(HARD, 1)


def test_without_levels_the_tasks_are_unavailable(folder: Path) -> None:
    for task in SETS:
        reason = missing(task)
        assert reason is not None
        assert str(folder) in reason
        assert "`automem boxoban` says how" in reason
        with pytest.raises(TaskUnavailable, match="no Boxoban levels"):
            find_task(task).open(1)
        with (
            WorldProcess.start() as process,
            pytest.raises(TaskUnavailable, match=f"{task} cannot be played here: there are no"),
        ):
            process.open(task, 1)
    assert missing_levels("minihack-mazewalk-9x9") is None


def test_the_command_says_where_it_looks_what_is_there_and_what_to_do(folder: Path) -> None:
    said = CliRunner().invoke(app, ["boxoban"])
    assert said.exit_code == 0
    assert f"looked for in {folder} (from AUTOMEM_BOXOBAN)" in said.stdout
    assert "medium/train/   none" in said.stdout
    assert "google-deepmind/boxoban-levels" in said.stdout
    write_levels(folder / "hard" / "000.txt", LEVELS)
    write_levels(folder / "medium" / "train" / "000.txt", LEVELS[:1])
    said = CliRunner().invoke(app, ["boxoban"])
    assert "files: 1, levels: 6" in said.stdout
    assert "files: 1, levels: 1" in said.stdout
    assert "google-deepmind" not in said.stdout
    (folder / "hard" / "000.txt").write_text("nothing")
    assert "unusable" in CliRunner().invoke(app, ["boxoban"]).stdout


def test_nothing_is_written_into_the_installed_package(tmp_path: Path) -> None:
    import minihack

    installed = Path(minihack.__file__).parent / "dat"
    before = sorted(installed.rglob("*"))
    some_levels(tmp_path)
    world = find_task(HARD).open(3)
    world.reset()
    world.close()
    assert sorted(installed.rglob("*")) == before


def test_asking_what_is_missing_loads_no_game() -> None:
    code = (
        "import sys; from automem_graph.worlds.registry import missing, task_names; "
        "[missing(name) for name in task_names()]; "
        "print([name for name in ('nle', 'minihack', 'numpy', 'gymnasium') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
