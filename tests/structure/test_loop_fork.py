"""A fork of a run is a copy as it stood; what it is made of, and what it refuses."""

from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.structure.fork import MARK, fork_run
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import read_rows
from automem_graph.structure.result import read_evolution
from support.evolutions import evolved


def fork(folder: EvolutionFolder, name: str, before: str) -> EvolutionFolder:
    rows = read_rows(folder.lineage)
    return EvolutionFolder(fork_run(folder.path, name, before, rows, folder.lineage.name))


def test_it_has_the_rows_before_the_attempt_and_all_that_was_played():
    folder = evolved()
    (folder.workspace / "x").mkdir(parents=True)
    folder.report.touch()
    before = folder.lineage.read_bytes()
    made = fork(folder, "other way", "v1.2")
    assert made.path == Path("run-other_way")
    assert [row.name for row in read_rows(made.lineage)] == ["v0", "v1.1"]
    assert read_rows(made.lineage) == read_rows(folder.lineage)[:2]
    found = read_evolution(made)
    assert (found.best.name, found.episodes) == ("v0", read_evolution(folder).episodes)
    assert not found.stop
    assert not made.workspace.exists()
    assert not made.report.exists()
    assert folder.lineage.read_bytes() == before
    assert sorted(path.name for path in Path().iterdir()) == ["run", "run-other_way"]


def test_an_attempt_that_is_not_decided_takes_all_rows_along():
    folder = evolved()
    assert len(read_rows(fork(folder, "a", "v2.1").lineage)) == 4


def test_the_same_fork_goes_on_and_another_of_that_name_is_refused():
    folder = evolved()
    made = fork(folder, "a", "v1.1")
    (made.path / "began").touch()
    assert fork(folder, "a", "v1.1") == made
    assert (made.path / "began").exists()
    with pytest.raises(RunError, match=r"no fork of v1\.2: choose another name"):
        fork(folder, "a", "v1.2")
    (made.path / MARK).write_text("[")
    with pytest.raises(RunError, match="choose another name"):
        fork(folder, "a", "v1.1")


def test_a_name_leads_nowhere_else():
    folder = evolved()
    assert fork(folder, "../../x/..", "v1.1").path.resolve().parent == Path.cwd()
