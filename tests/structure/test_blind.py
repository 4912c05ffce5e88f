"""The blind drawer: chance picks parts, no episode is opened, and nothing is tried twice."""

import shutil
from pathlib import Path

import pytest

from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.desk.workspace import MOST_REASON, Workspace, prepare, reset
from automem_graph.structure.lineage import Row, Spent
from automem_graph.structure.parts.wire import take, taken
from automem_graph.structure.proposer import NoIdea, NoProposal
from automem_graph.structure.proposers import UnknownProposer, open_proposer
from automem_graph.structure.proposers.blind import draw

TOOLS = Path(__file__).parents[2] / "tools"
PARTS = TOOLS / "parts"
FIRST = Row(name="v0", kept=True, stage="approve", why="the scaffold that the search began with")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A desk whose episode is no episode: whoever opened it would fail."""
    desk = Workspace(tmp_path / "workspace")
    shutil.copytree(TOOLS / "v0", desk.candidate("v0") / "scaffold")
    prepare(desk, incumbent=TOOLS / "v0", name="v0", rows=[FIRST], parts=PARTS)
    (desk.candidate("v0") / "episodes" / "e01").mkdir(parents=True)
    (desk.candidate("v0") / "episodes" / "e01" / "summary.json").write_text("no summary")
    return desk


def drawn(workspace: Workspace, name: str = "offline:blind") -> frozenset[str]:
    reset(workspace, TOOLS / "v0")
    assert open_proposer(name).propose(workspace, lambda line: None) == Spent()
    return frozenset(taken(workspace.scaffold))


def attempted(workspace: Workspace, name: str, *parts: str) -> None:
    scaffold = shutil.copytree(TOOLS / "v0", workspace.candidate(name) / "scaffold")
    for part in parts:
        take(scaffold, PARTS / part)


def keep_on_the_shelf(workspace: Workspace, *names: str) -> None:
    for part in workspace.parts.iterdir():
        if part.is_dir() and part.name not in {"chain", *names}:
            part.chmod(0o755)
            shutil.rmtree(part)


def test_it_takes_parts_without_reading_and_says_so(workspace: Workspace):
    parts = drawn(workspace)
    with ScaffoldHost.start(load_scaffold(workspace.scaffold)):
        pass
    first, *rest = workspace.changes.read_text().split("\n")
    assert first.endswith("drawn blindly.")
    assert len(first) <= MOST_REASON
    assert all(any(f"`{part}`" in line for line in rest) for part in parts)
    assert "No episode was read" in workspace.analysis.read_text()


def test_the_same_seed_and_desk_draw_the_same(workspace: Workspace):
    drawn(workspace, "offline:blind:7")
    first = scaffold_id(workspace.scaffold)
    drawn(workspace, "offline:blind:7")
    assert scaffold_id(workspace.scaffold) == first


def test_seeds_and_attempts_draw_anew(workspace: Workspace):
    by_seed = {drawn(workspace, f"offline:blind:{seed}") for seed in range(1, 9)}
    assert len(by_seed) > 1
    found = [drawn(workspace)]
    for number in range(1, 5):
        attempted(workspace, f"v1.{number}", *found[-1])
        found.append(drawn(workspace))
    assert len(set(found)) == len(found)


def test_what_was_tried_is_drawn_again_until_nothing_is_left(workspace: Workspace):
    keep_on_the_shelf(workspace, "done", "status")
    attempted(workspace, "v1.1", "done")
    attempted(workspace, "v1.2", "status", "done")
    assert drawn(workspace) == {"status"}
    attempted(workspace, "v1.3", "status")
    with pytest.raises(NoIdea, match="every draw was tried against v0"):
        drawn(workspace)


def test_an_empty_shelf_leaves_nothing_to_draw(workspace: Workspace):
    keep_on_the_shelf(workspace)
    with pytest.raises(NoIdea):
        drawn(workspace)


def test_what_did_not_pass_the_checks_is_not_repaired(workspace: Workspace):
    drawn(workspace)
    reset(workspace, workspace.scaffold, problem="hooks.py:3: raised ValueError")
    with pytest.raises(NoProposal, match="raised ValueError"):
        open_proposer("offline:blind").propose(workspace, print)


def test_parts_that_do_not_fit_are_no_proposal(workspace: Workspace):
    keep_on_the_shelf(workspace, "done")
    code = workspace.parts / "done" / "done.py"
    code.parent.chmod(0o755)
    code.unlink()
    with pytest.raises(NoProposal, match="is no part"):
        drawn(workspace)


def test_small_bundles_are_as_likely_as_large_ones():
    parts = [f"part{number}" for number in range(10)]
    sizes = [len(draw(parts, (), str(number))) for number in range(2000)]
    assert all(140 < sizes.count(size) < 260 for size in range(1, 11))


@pytest.mark.parametrize("name", ["offline:blind:", "offline:blind:-1", "offline:blind:x"])
def test_a_seed_is_a_whole_number(name: str):
    with pytest.raises(UnknownProposer, match="offline:blind"):
        open_proposer(name)
