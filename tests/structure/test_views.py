"""What a proposer is shown of how a candidate played: all of it, and never which worlds."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunFolder, write_json
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.structure.desk.labels import anonymous, labels_of
from automem_graph.structure.desk.scores import parse_scores
from automem_graph.structure.desk.views import show_candidate
from automem_graph.structure.desk.workspace import Workspace, prepare
from automem_graph.structure.lineage import DiffStat, Match, Pair, Row

SEEDS = (918374601, 918374602, 918374603, 918374604, 918374605)
"""Two that are played to the end, one that fails, one that is cut off, one that is not begun."""
KEYS = [("crafter", seed) for seed in SEEDS]
SALT = "salt"
LABELS = labels_of(KEYS, SALT)
STEPS = 20

V0 = Row(name="v0", scaffold="v0", kept=True, stage="trial", why="the first one", reason="Plain.")
V1 = Row(
    name="v1.1", scaffold="v0", parent="v0", kept=False, stage="trial",
    why=f"an episode of crafter, seed {SEEDS[2]}, failed: plays/v0/episodes/s{SEEDS[2]}-0123456789",
    reason="It writes | less.",
    diff=DiffStat(files=1, added=2),
    trial=Match(
        pairs=tuple(Pair(task="crafter", seed=s, before=0.25, after=0.5) for s in SEEDS[:2]),
        failed=f"seed {SEEDS[2]} failed", spared=2,
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run as racing leaves it."""
    folder = RunFolder(tmp_path_factory.mktemp("evolution") / "plays" / "v0")
    with EpisodeDesks() as desks:
        for seed in SEEDS[:4]:
            result = play_episode(desks, context(folder, seed))
            if seed == SEEDS[2]:
                fail(folder, result)
            if seed == SEEDS[3]:
                folder.episode(result.episode).result.unlink()
    return folder


def context(folder: RunFolder, seed: int) -> PlayContext:
    return PlayContext(task="crafter", seed=seed, steps=STEPS, run=str(folder.path))


def fail(run: RunFolder, result: EpisodeResult) -> None:
    where = run.scaffold(result.asked.scaffold) / "actions.py"
    error = f"ScaffoldFault: {where}:3: seed {result.seed} in {result.episode} | at\x1b[2J once"
    told = {"status": "failed", "progression": None, "ended": None, "error": error}
    write_json(run.episode(result.episode).result, {**result.model_dump(mode="json"), **told})


@pytest.fixture
def attempt(tmp_path: Path) -> Path:
    folder = tmp_path / "attempt"
    folder.mkdir()
    (folder / "analysis.md").write_text("See e01.\x1b[31m\n")
    (folder / "changes.md").write_text("Shorter prompts.\n")
    (folder / "diff.patch").write_text("+a\n")
    return folder


@pytest.fixture
def shown(tmp_path: Path, run: RunFolder, attempt: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    for row in (V0, V1):
        show(workspace, run, attempt, row)
    prepare(workspace, incumbent=scaffold_of(run), name="v0", rows=[V0, V1], parts=tmp_path / "no")
    return workspace


def show(workspace: Workspace, run: RunFolder | None, attempt: Path, row: Row = V0):
    return show_candidate(
        workspace, row=row, scaffold=scaffold_of(run) if run else None, run=run, keys=KEYS,
        salt=SALT, attempt=attempt,
    )  # fmt: skip


def scaffold_of(run: RunFolder) -> Path:
    (folder,) = (run.path / "scaffolds").iterdir()
    return folder


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        yield path.relative_to(folder).as_posix(), path.read_text() if path.is_file() else ""


def test_nothing_says_which_worlds_were_played(shown, run):
    found = dict(files(shown.path))
    assert any(name.endswith("steps-0000.md") for name in found)
    for name, text in found.items():
        for said in (name, text):
            assert "9183746" not in said, name
            assert not re.search(r"\bs\d+-[0-9a-f]{6}", said), name
            assert str(run.path.parent) not in said, name
        for header in ("seed", "episode", "finished", "seconds", "engine", "parent"):
            assert f'"{header}":' not in text, name
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), name


def test_labels_are_the_same_for_all_candidates_and_tell_no_order():
    keys = [(task, seed) for task in ("a", "b") for seed in range(42, 142)]
    labels = labels_of(keys, SALT)
    assert labels == labels_of(keys[::-1], SALT)
    assert labels != labels_of(keys, "other")
    assert sorted(labels.values()) == [f"e{number:03}" for number in range(1, 201)]
    order = sorted(keys, key=lambda key: labels[key])
    assert order[:8] != keys[:8]


def test_sentences_lose_seeds_ids_and_paths():
    said = "seed 42, seeds 43-45 and s42-0123456789 in /home/x/runs/y.json: boom, 3 of 42"
    assert anonymous(said) == "a world, a world and an episode in y.json: boom, 3 of 42"
    assert anonymous("s42-0123456789 hung", {"s42-0123456789": "e07"}) == "e07 hung"
    fault = "runs/a/scaffolds/v0-01/actions.py:3 in search: KeyError"
    assert anonymous(fault) == "actions.py:3 in search: KeyError"


def test_scores_count_what_is_done_and_name_the_rest(shown, run, attempt):
    scores = parse_scores((shown.candidate("v0") / "scores.json").read_text())
    assert scores is not None
    assert scores == show(shown, run, attempt)
    by_label = {one.label: one for one in scores.episodes}
    status = [by_label[LABELS[key]].status for key in KEYS]
    assert status == ["done", "done", "failed", "missing", "missing"]
    assert not scores.complete
    assert scores.progression is None
    assert scores.of_done is not None
    assert scores.of_done.n == scores.metrics["growth"].n == scores.tasks["crafter"].n == 2


def test_the_index_of_a_candidate_leads_to_its_episodes(shown):
    folder = shown.candidate("v0")
    text = (folder / "index.md").read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (folder / target).exists(), target
    lines = {key: line for key in KEYS for line in text.split("\n") if f"| [{LABELS[key]}]" in line}
    assert "failed at" in lines[KEYS[2]]
    assert "cut off at" in lines[KEYS[3]]
    assert "not played" in lines[KEYS[4]]
    fault = rf"{LABELS[KEYS[2]]} FAILED after {STEPS} steps: ScaffoldFault: actions.py:3: a world"
    assert fault in text
    assert "growth" in text


def test_every_begun_episode_can_be_read(shown, run):
    folder = shown.candidate("v0") / "episodes"
    for key in KEYS[:4]:
        page = (folder / LABELS[key] / "steps-0000.md").read_text()
        assert [int(n) for n in re.findall(r"^## Step (\d+)", page, re.MULTILINE)] == [
            *range(STEPS)
        ]
        assert "    acts    " in page
    assert [path.name for path in (folder / LABELS[KEYS[4]]).iterdir()] == ["summary.json"]
    summary = json.loads((folder / LABELS[KEYS[0]] / "summary.json").read_text())
    assert summary["steps"] == STEPS
    assert summary["metrics"]["calls"] > 1


def test_the_verdict_sets_the_worlds_side_by_side(shown):
    text = (shown.candidate("v1.1") / "verdict.md").read_text()
    assert "v1.1: rejected" in text
    assert "Incumbent 25.00 ± 0.00 %, this candidate 50.00 ± 0.00 %: +25.00 points" in text
    for key in KEYS[:2]:
        assert f"| {LABELS[key]} | crafter | 25.0% | 50.0% | +25.0 |" in text
    history = shown.index.read_text()
    assert "| [v1.1](v1.1/) | rejected (trial) |" in history
    assert "It writes \\| less." in history
    assert "1 files +2 -0" in history


def test_what_was_written_about_an_attempt_is_there(shown):
    folder = shown.candidate("v1.1")
    assert (folder / "analysis.md").read_text() == "See e01.\\x1b[31m\n"
    assert (folder / "changes.md").read_text() == "Shorter prompts.\n"
    assert (folder / "diff.patch").read_text() == "+a\n"
    assert (folder / "scaffold" / "actions.py").is_file()
    assert (folder / "scaffold" / "actions.py").stat().st_mode & 0o222 == 0


def test_what_is_there_is_not_written_again_unless_it_says_something_else(shown, run, attempt):
    index = shown.candidate("v1.1") / "index.md"
    before = index.stat().st_ino
    show(shown, run, attempt, V1)
    assert index.stat().st_ino == before
    decided = V1.model_copy(update={"why": "it is no better"})
    show(shown, run, attempt, decided)
    assert index.stat().st_ino != before
    assert "it is no better" in (index.parent / "verdict.md").read_text()
    scores = shown.candidate("v1.1") / "scores.json"
    scores.chmod(0o644)
    scores.write_text("{}")
    show(shown, run, attempt, decided)
    assert parse_scores(scores.read_text()) is not None


def test_an_attempt_that_was_no_scaffold_shows_what_there_is(tmp_path, attempt):
    (attempt / "proposal").mkdir()
    (attempt / "proposal" / "actions.py").write_text("def (")
    workspace = Workspace(tmp_path / "workspace")
    row = V1.model_copy(update={"scaffold": "", "stage": "check", "why": "actions.py:1: no syntax"})
    assert show(workspace, None, attempt, row).of_done is None
    folder = workspace.candidate("v1.1")
    assert (folder / "scaffold" / "actions.py").read_text() == "def ("
    assert "did not pass the checks" in (folder / "verdict.md").read_text()
    assert not (folder / "episodes").exists()
    assert not (folder / "index.md").exists()


def test_links_in_the_place_of_folders_lead_nowhere(tmp_path, run, attempt):
    outside = tmp_path / "outside"
    (outside / "v0").mkdir(parents=True)
    workspace = Workspace(tmp_path / "workspace")
    workspace.path.mkdir()
    workspace.history.symlink_to(outside)
    show(workspace, run, attempt)
    assert list((outside / "v0").iterdir()) == []
    assert (workspace.candidate("v0") / "index.md").is_file()
