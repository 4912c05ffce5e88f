"""A population from its first measure to its result, killed on the way, shown and reported."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from automem_graph.cli.app import app
from automem_graph.report.report import read_report, write_report
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.fork import fork_run
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import read_rows
from automem_graph.structure.result import Evolution, read_evolution
from support.evolving import forget_trial, left_in, played_before
from support.openai_server import OpenAIServer
from support.peopling import EVEN, ODD, peopled, walk
from support.sittings import Sittings

MOMENTS = ("check", "review", "step", "discard", "check", "keep")
"""Between children, in the middle of a trial, and before either generation has its rows."""


@pytest.fixture(scope="module")
def walker() -> Iterator[OpenAIServer]:
    with OpenAIServer(walk) as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("peopled")


@pytest.fixture(scope="module")
def given(walker, folder) -> dict[str, Any]:
    return dict(peopled(walker, folder))


@pytest.fixture(scope="module")
def found(given) -> Evolution:
    """The undisturbed run."""
    return evolve_scaffold(**given)


def test_a_child_of_parents_that_are_no_better_on_average_wins(found, walker, given):
    rows = {row.name: row for row in found.rows}
    assert list(rows) == ["v0", "v1.1", "v1.2", "v1.3", "v1.4"]
    first = [rows["v1.1"], rows["v1.2"]]
    assert {row.parent for row in first} == {rows["v0"].scaffold}
    assert [(row.stage, row.kept, row.trial.judged.mean) for row in first] == [
        ("gate", False, 0.0), ("gate", False, 0.0),
    ]  # fmt: skip
    assert {rows["v1.3"].parent, rows["v1.4"].parent} <= {row.scaffold for row in first}
    assert [row.name for row in found.rows if row.kept] == ["v0", "v1.3"]
    assert rows["v1.3"].confirmation.judged.passed
    assert "I am tired" in rows["v1.4"].why
    prompt = (found.scaffold / "prompts" / "system.md").read_text()
    assert ODD in prompt
    assert EVEN in prompt
    assert found.held_out is not None
    assert found.held_out.gain.difference.mean == 0.5
    assert set(found.front) == {"v1.3"}
    assert sum(found.front.values()) == 4
    assert found.counted == 4 + 2 * 4 + 4 + 2 * 4
    calls = len(walker.requests)
    assert evolve_scaffold(**given) == found
    assert len(walker.requests) == calls


@pytest.mark.skipif(sys.platform != "linux", reason="forks and is killed")
def test_killed_on_the_way_it_comes_to_the_same_end_and_asks_for_nothing_twice(
    found, given, folder
):
    log = folder / "proposals.log"
    log.unlink()
    asked = {**given, "run": "killed"}
    played_before(Path("killed"), Path(found.run))
    forget_trial(Path("killed"), found.rows[2].scaffold)
    with Sittings() as sittings:
        for moment in MOMENTS:
            assert sittings.sit(asked, dies=moment, answer=True) == -signal.SIGKILL, moment
        assert sittings.sit(asked, answer=True) == 0
    assert left_in(Path("killed")) == left_in(Path(found.run))
    assert log.read_text().split() == ["v1.1", "v1.2", "v1.3", "v1.4"]


def test_the_desk_shows_parents_siblings_and_who_is_to_be_beaten(found):
    desk = Path(found.run) / "workspace"
    parents = {row.name: row for row in found.rows}
    assert (desk / "history" / "v1.1" / "parent.txt").read_text() == "v0\n"
    waiting = (desk / "history" / "v1.3" / "verdict.md").read_text()
    assert waiting.startswith("# v1.3: not decided\n")
    assert "| [v1.1](v1.1/) | 2.00 |" in (desk / "history" / "front.md").read_text()
    readme = (desk / "README.md").read_text()
    drawn = next(row.name for row in found.rows if row.scaffold == parents["v1.4"].parent)
    assert f"a copy of one of the good ones so far, **{drawn}**" in readme
    assert "better than **v0**" in readme
    assert "scaffold and v0 play the same worlds" in readme


def test_rows_and_the_page_say_who_comes_from_whom(found):
    said = CliRunner().invoke(app, ["lineage", found.run], env={"COLUMNS": "80"}).stdout
    lines = said.partition("\nv0  ")[0].splitlines()
    table = {line.split()[0]: line.split() for line in lines if line.split()}
    assert table["v1.1"][4:6] == ["v0", "-"]
    assert table["v1.3"][1:6] == ["kept", "as", "v1", parent_name(found, "v1.3"), "4.00"]
    patch = CliRunner().invoke(app, ["diff", found.run, "v0", "v1.3"]).stdout
    assert f"+{ODD}" in patch
    report = read_report([Path(found.run)], Path(found.run), {})
    page = write_report(report, Path("page.html")).read_text()
    assert "front, 4.00" in page
    assert "population, 2 children at once" in page


def parent_name(found: Evolution, name: str) -> str:
    parent = next(row.parent for row in found.rows if row.name == name)
    return next(row.name for row in found.rows if row.scaffold == parent)


def test_a_fork_has_the_rows_before_the_generation(found):
    folder = EvolutionFolder(Path(found.run))
    made = fork_run(folder.path, "other", "v1.3", found.rows, folder.lineage.name)
    assert [row.name for row in read_rows(EvolutionFolder(made).lineage)] == [
        "v0", "v1.1", "v1.2",
    ]  # fmt: skip
    again = read_evolution(EvolutionFolder(made))
    assert again.front == {"v0": 0.0, "v1.1": 2.0, "v1.2": 2.0}
