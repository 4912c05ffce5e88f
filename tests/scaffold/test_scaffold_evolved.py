"""The scaffolds that loop 1 has kept: as it left them, small, sound, and fit to play."""

from pathlib import Path

import pytest

from automem_graph.scaffold.load import load_scaffold, shipped
from automem_graph.structure.checks.check import check_scaffold
from automem_graph.structure.lineage import kept_versions, read_rows
from automem_graph.worlds.registry import find_task, missing, suite
from support.parts import play_offline

EVOLVED = shipped() / "evolved"
NAMES = sorted(path.parent.name for path in EVOLVED.glob("*/scaffold.toml"))
MOST = 400
"""Lines of a whole scaffold: code, prompts, files and manifest."""


def test_there_are_some():
    assert {"crafter", "errands", "minihack", "nethack"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_the_run_has_kept(name: str):
    kept = kept_versions(read_rows(EVOLVED / f"{name}.jsonl"))
    assert load_scaffold(f"evolved/{name}").id == kept[-1].scaffold
    assert kept[-1].scaffold in (EVOLVED / f"{name}.md").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_it_has_fewer_than_400_lines_in_all(name: str):
    files = [path for path in (EVOLVED / name).rglob("*") if path.is_file()]
    files = [path for path in files if "__pycache__" not in path.parts]
    assert sum(len(path.read_text().splitlines()) for path in files) < MOST


@pytest.mark.parametrize("name", NAMES)
def test_it_is_sound_and_plays(name: str, tmp_path: Path):
    task = next(one for one in suite(name) if missing(one) is None)
    scaffold = load_scaffold(f"evolved/{name}")
    check_scaffold(scaffold.path, [find_task(task).card], tmp_path)
    result, _ = play_offline(f"evolved/{name}", task, steps=6)
    assert (result.status, result.steps) == ("done", 6), result.error
