"""The reviewer reads played conversations, and the part that it takes makes them better."""

from pathlib import Path
from statistics import fmean

from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.play import play_episode
from automem_graph.evaluation.suite import plan
from automem_graph.structure.desk.views import show_candidate
from automem_graph.structure.desk.workspace import Workspace, prepare
from automem_graph.structure.lineage import Row
from automem_graph.structure.parts.wire import taken
from automem_graph.structure.reviewer.reviewer import OfflineReviewer

TOOLS = Path(__file__).parents[2] / "tools"
FIRST = Row(name="v0", kept=True, stage="approve", why="the scaffold that the search began with")
STEPS = 260
SEEDS = (1,)


def played(out: Path, scaffold: str) -> tuple[Path, float]:
    """The run of some episodes, and their mean progression."""
    planned = plan("errands", SEEDS, out=out, given={"steps": STEPS, "scaffold": scaffold})
    extend_run(planned.run, planned.asked)
    with EpisodeDesks() as desks:
        results = [play_episode(desks, job) for job in planned.jobs]
    assert [one.status for one in results] == ["done"] * len(SEEDS), results
    return planned.run, fmean(one.progression for one in results)


def test_crowded_notes_lead_to_facts_which_help(tmp_path: Path):
    run, before = played(tmp_path / "before", "v0")
    workspace = Workspace(tmp_path / "workspace")
    show_candidate(
        workspace,
        row=FIRST,
        scaffold=TOOLS / "v0",
        run=run,
        keys=[("errands", seed) for seed in SEEDS],
        salt="salt",
        attempt=tmp_path / "none",
    )
    prepare(workspace, incumbent=TOOLS / "v0", name="v0", rows=[FIRST], parts=TOOLS / "parts")
    OfflineReviewer().propose(workspace, lambda line: None)
    assert taken(workspace.scaffold) == ("facts",)
    analysis = workspace.analysis.read_text()
    assert "## Searches cut short" in analysis
    assert "## Questions not answered" in analysis
    _, after = played(tmp_path / "after", str(workspace.scaffold))
    assert after > before > 0
