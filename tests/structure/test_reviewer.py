"""The reviewer at a desk with really played episodes: it diagnoses, wires parts, and gives up."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.play import play_episode
from automem_graph.evaluation.suite import plan
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.desk.plain import write_plain
from automem_graph.structure.desk.views import show_candidate
from automem_graph.structure.desk.workspace import MOST_REASON, Workspace, prepare, reset
from automem_graph.structure.lineage import Row, Spent
from automem_graph.structure.parts.wire import take, taken
from automem_graph.structure.proposer import NoIdea, NoProposal
from automem_graph.structure.reviewer.reviewer import MOST_TRIES, OfflineReviewer

TOOLS = Path(__file__).parents[2] / "tools"
PARTS = TOOLS / "parts"
FIRST = Row(name="v0", kept=True, stage="approve", why="the scaffold that the search began with")
KEYS = [("crafter", 1), ("crafter", 2)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after v0 has played 150 steps of two worlds."""
    folder = tmp_path_factory.mktemp("desk")
    planned = plan("crafter", (1, 2), out=folder / "run", given={"steps": 150})
    extend_run(planned.run, planned.asked)
    with EpisodeDesks() as desks:
        for job in planned.jobs:
            assert play_episode(desks, job).status == "done"
    workspace = Workspace(folder / "workspace")
    show_candidate(
        workspace,
        row=FIRST,
        scaffold=TOOLS / "v0",
        run=planned.run,
        keys=KEYS,
        salt="salt",
        attempt=folder / "none",
    )
    prepare(workspace, incumbent=TOOLS / "v0", name="v0", rows=[FIRST], parts=PARTS)
    return workspace.path


@pytest.fixture
def workspace(desk: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(desk, tmp_path / "workspace"))


def proposed(workspace: Workspace) -> tuple[str, ...]:
    assert OfflineReviewer().propose(workspace, lambda line: None) == Spent()
    return taken(workspace.scaffold)


def reset_and_proposed(workspace: Workspace) -> tuple[str, ...]:
    reset(workspace, TOOLS / "v0")
    return proposed(workspace)


def attempted(workspace: Workspace, name: str, *parts: str) -> None:
    """An attempt that took these parts into v0 and was rejected."""
    scaffold = shutil.copytree(TOOLS / "v0", workspace.candidate(name) / "scaffold")
    for part in parts:
        take(scaffold, PARTS / part)
    (workspace.candidate(name) / "verdict.md").write_text(f"# {name}: rejected\n\nNo gain.\n")


def test_it_diagnoses_with_references_and_wires_what_answers(workspace: Workspace):
    said: list[str] = []
    OfflineReviewer().propose(workspace, said.append)

    parts = taken(workspace.scaffold)
    assert set(parts) >= {"position", "keyed"}
    with ScaffoldHost.start(load_scaffold(workspace.scaffold)):
        pass
    analysis = workspace.analysis.read_text()
    assert "# Diagnosis of v0" in analysis
    assert "- v0 e01, step" in analysis
    assert "- v0 e02, step" in analysis
    first, *rest = workspace.changes.read_text().split("\n")
    assert first.startswith("Takes ")
    assert first.endswith(".")
    assert len(first) <= MOST_REASON
    assert all(any(f"`{part}`" in line for line in rest) for part in parts)
    assert said[0].startswith("read 2 episodes of v0")


def test_the_same_workspace_gives_the_same_edits(workspace: Workspace, tmp_path: Path):
    other = Workspace(shutil.copytree(workspace.path, tmp_path / "other"))
    assert proposed(workspace) == proposed(other)
    assert scaffold_id(workspace.scaffold) == scaffold_id(other.scaffold)
    assert workspace.analysis.read_bytes() == other.analysis.read_bytes()
    assert workspace.changes.read_bytes() == other.changes.read_bytes()


def test_what_was_tried_is_told_and_not_tried_again(workspace: Workspace):
    first = proposed(workspace)
    attempted(workspace, "v1.1", *first)
    second = reset_and_proposed(workspace)
    assert set(second) != set(first)
    assert f"- v1.1, with {', '.join(sorted(first))}: No gain." in workspace.analysis.read_text()


def test_an_attempt_of_another_proposer_may_be_broken(workspace: Workspace):
    attempted(workspace, "v1.1")
    (workspace.candidate("v1.1") / "scaffold" / "hooks.py").write_text("def (")
    workspace.candidate("v1.2").mkdir()
    assert proposed(workspace)


def test_attempts_at_other_versions_do_not_count(workspace: Workspace):
    first = proposed(workspace)
    attempted(workspace, "v2.1", *first)
    assert reset_and_proposed(workspace) == first


def test_in_a_population_it_goes_on_with_single_answers_and_knows_children_by_their_parent(
    workspace: Workspace,
):
    write_plain(workspace.front, "# The good ones so far\n")
    tried: list[tuple[str, ...]] = []

    def try_all() -> None:
        for number in range(1, 20):
            tried.append(reset_and_proposed(workspace))
            attempted(workspace, f"v1.{number}", *tried[-1])
            (workspace.candidate(f"v1.{number}") / "parent.txt").write_text("v0\n")

    with pytest.raises(NoIdea, match="not tried against v0"):
        try_all()
    assert len({frozenset(parts) for parts in tried}) == len(tried) > 2
    assert len(tried[-1]) < len(tried[1])
    (workspace.candidate("v1.1") / "parent.txt").write_text("v1.2\n")  # it is no child of v0's
    assert reset_and_proposed(workspace) == tried[0]


def test_its_ideas_come_to_an_end(workspace: Workspace):
    attempted(workspace, "v1.1", *proposed(workspace))
    attempted(workspace, "v1.2", *reset_and_proposed(workspace))
    with pytest.raises(NoIdea, match="not tried against v0"):
        reset_and_proposed(workspace)


def test_attempts_that_show_no_parts_count_as_well(workspace: Workspace):
    for number in range(1, MOST_TRIES + 1):
        attempted(workspace, f"v1.{number}")
    with pytest.raises(NoIdea, match="v0 has withstood 3 attempts"):
        proposed(workspace)


def test_a_shelf_without_parts_leaves_no_idea(workspace: Workspace):
    shutil.rmtree(workspace.parts)
    with pytest.raises(NoIdea, match="menu"):
        proposed(workspace)


def test_what_did_not_pass_the_checks_is_not_repaired(workspace: Workspace):
    proposed(workspace)
    reset(workspace, workspace.scaffold, problem="hooks.py:3: raised ValueError")
    with pytest.raises(NoProposal, match="raised ValueError"):
        proposed(workspace)


def summary_of(text: str) -> Callable[[Workspace], None]:
    def damage(workspace: Workspace) -> None:
        path = workspace.candidate("v0") / "episodes" / "e01" / "summary.json"
        path.unlink()
        path.write_text(text)

    return damage


def episodes_gone(workspace: Workspace) -> None:
    shutil.rmtree(workspace.candidate("v0") / "episodes")


def history_gone(workspace: Workspace) -> None:
    shutil.rmtree(workspace.history)


def scaffold_broken(workspace: Workspace) -> None:
    (workspace.scaffold / "scaffold.toml").write_text("name = ")


def scaffold_linked(workspace: Workspace) -> None:
    (workspace.scaffold / "more.py").symlink_to("/etc/passwd")


def part_broken(workspace: Workspace) -> None:
    for path in workspace.parts.glob("*/part.toml"):
        path.chmod(0o644)
        path.write_text("hooks = 3")


def chain_gone(workspace: Workspace) -> None:
    shutil.rmtree(workspace.parts / "chain")


DAMAGE = {
    "no JSON": (summary_of("{"), "is no summary"),
    "nested": (summary_of("[" * 500_000), "is no summary"),
    "of another kind": (summary_of('{"task": 3, "status": "won"}'), "is no summary"),
    "huge": (summary_of('{"task": "' + "a" * 2_000_000), "is no summary"),
    "no episodes": (episodes_gone, "shows no episode of v0"),
    "no history": (history_gone, "none of the candidates"),
    "no scaffold": (scaffold_broken, "scaffold.toml"),
    "a link": (scaffold_linked, "symlink"),
    "no part": (part_broken, "part.toml"),
    "no chain": (chain_gone, "chain.py"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_workspace_is_a_sentence(workspace: Workspace, name: str):
    damage, what = DAMAGE[name]
    damage(workspace)
    with pytest.raises(NoProposal, match=what) as refused:
        proposed(workspace)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_steps_and_files_are_only_read_as_far_as_they_go(workspace: Workspace):
    episode = workspace.candidate("v0") / "episodes" / "e01"
    for path in episode.glob("steps-*.md"):
        path.chmod(0o644)
        path.write_bytes(b"\xff\x00" + b"    sees    - a" * 200_000 + b"\n## Step 9 (1%)\n" * 9)
    shutil.rmtree(episode / "memory")
    (episode / "memory").symlink_to("/etc")
    assert proposed(workspace)


PIECES = st.sampled_from(
    [
        "## Step 7 (4.5%) [stuck]\n\n",
        "    sees    You see:\n",
        "    sees\n      You see:\n      - water 3 steps to your north-west\n",
        "    LOG     <|APPEND|>notes.md|water to the north<|END|>\n",
        "    LOG     <|TAIL|>notes.md|\u0663\u00b2<|END|>\n",
        "    PLAN    <|SEARCH|>notes.md|x\n    gives   No line of notes.md contains 'x'.\n",
        "    acts    Do (said: x)\n",
        "      You see: (and the rest as before)\n\n",
        "## The end (100.0%)\n",
        "\n",
    ]
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=st.lists(PIECES | st.text(max_size=40), max_size=40).map("".join))
def test_any_page_gives_a_proposal_or_a_sentence(workspace: Workspace, page: str):
    reset(workspace, TOOLS / "v0")
    for path in (workspace.candidate("v0") / "episodes").glob("e*/steps-0000.md"):
        path.chmod(0o644)
        path.write_text(page, errors="replace")
    with suppress(NoProposal):
        assert proposed(workspace)
