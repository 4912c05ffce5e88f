"""The agent's questions about the history, and its copies: right, bounded, and inside."""

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automem_graph.scaffold.identify import scaffold_id
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.proposers.copying import copying
from automem_graph.structure.proposers.queries import MOST_HITS, MOST_TEXT, queries
from support.history import write_episode

Ask = Callable[..., str]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "desk")
    v0 = str(files("automem_graph.tools") / "v0")
    shutil.copytree(v0, made.scaffold)
    for name, scores in (("v0", (0.2, 0.5, None)), ("v1.1", (0.3, 0.1, 0.9)), ("v10.2", ())):
        shutil.copytree(v0, made.candidate(name) / "scaffold")
        for number, score in enumerate(scores, start=1):
            write_episode(made.candidate(name) / "episodes" / f"e{number:02}", score)
    (made.parts / "loops").mkdir(parents=True)
    (made.parts / "loops" / "loops.py").write_text("def observe(): ...\n")
    return made


@pytest.fixture
def ask(workspace: Workspace) -> Ask:
    tools = {tool.name: tool for tool in [*queries(workspace), copying(workspace)]}
    return lambda name, **arguments: str(tools[name].invoke(arguments))


def test_steps_are_found_with_their_numbers(ask: Ask):
    assert ask("find_steps", candidate="v0", text="append|[STUCK]").splitlines() == [
        "6 lines (e01 2, e02 2, e03 2):",
        "e01 step 1: ## Step 1 (0.0%) [stuck]",
        "e01 step 1: LOG APPEND notes.md A cow.",
        "e02 step 1: ## Step 1 (0.0%) [stuck]",
        "e02 step 1: LOG APPEND notes.md A cow.",
        "e03 step 1: ## Step 1 (0.0%) [stuck]",
        "e03 step 1: LOG APPEND notes.md A cow.",
    ]
    assert ask("find_steps", candidate="v0", text="sees", episode="e02").count("\n") == 1
    assert ask("find_steps", candidate="v0", text="a wolf") == "Nothing in 3 episodes of v0."
    assert ask("find_steps", candidate="v0", text="|") == (
        "Give a text to look for; a|b finds what has a or b."
    )


def test_much_that_is_found_is_counted_and_cut(ask: Ask, workspace: Workspace):
    page = workspace.candidate("v0") / "episodes" / "e01" / "steps-0100.md"
    page.write_text("## Step 100 (0.0%)\n" + f"{'cow ' * 10_000}\n" * 100)
    found = ask("find_steps", candidate="v0", text="cow")
    assert f"; the first {MOST_HITS} are shown" in found
    assert "e01 102" in found
    assert "e01 step 100: cow" in found
    assert len(found) < MOST_TEXT + 100


def test_candidates_are_compared_world_by_world(ask: Ask):
    assert ask("compare", candidate_a="v0", candidate_b="v1.1").splitlines() == [
        "2 worlds played by both: v1.1 is better in 1, worse in 1; its mean gap is -15.00%. "
        "v0 -> v1.1:",
        "e02 -40.00%: 50.0% in 2 steps (stuck 3, repeated writes 4) -> 10.0% in 2 steps "
        "(stuck 3, repeated writes 4)",
        "e01 +10.00%: 20.0% in 2 steps (stuck 3, repeated writes 4) -> 30.0% in 2 steps "
        "(stuck 3, repeated writes 4)",
    ]
    assert ask("compare", candidate_a="v0", candidate_b="v10.2") == (
        "v0 and v10.2 have no finished episode in common."
    )


def test_an_episode_is_summed_up_with_its_files_and_its_end(ask: Ask):
    told = ask("episode_summary", candidate="v0", episode="e01")
    assert '"progression":0.2' in told
    assert "/history/v0/episodes/e01/memory/notes.md 7 bytes" in told
    assert told.rstrip().endswith("LOG     APPEND notes.md A cow.")
    assert "## Step 0" not in told


def test_names_of_none_are_answered_with_those_that_there_are(ask: Ask):
    assert ask("find_steps", candidate="v2", text="a") == (
        "There is no candidate 'v2'; there are v0, v1.1, v10.2."
    )
    assert ask("episode_summary", candidate="v10.2", episode="e01") == (
        "v10.2 has no episode 'e01'; there are none yet."
    )


def test_damaged_history_is_no_error(ask: Ask, workspace: Workspace, tmp_path: Path):
    episodes = workspace.candidate("v0") / "episodes"
    (episodes / "e01" / "summary.json").write_text("{")
    (episodes / "e02" / "summary.json").unlink()
    (episodes / "e04").symlink_to(tmp_path)
    (episodes / "e03" / "steps-0000.md").write_bytes(b"## Step 0\n\xff\x00\x1b[2J\n")
    assert "no finished episode" in ask("compare", candidate_a="v0", candidate_b="v1.1")
    assert "There is no summary" in ask("episode_summary", candidate="v0", episode="e02")
    assert "no episode 'e04'" in ask("episode_summary", candidate="v0", episode="e04")
    assert "\x1b" not in ask("find_steps", candidate="v0", text="2j")


def test_parts_and_whole_candidates_are_copied(ask: Ask, workspace: Workspace):
    source = workspace.candidate("v1.1") / "scaffold"
    (source / "hooks.py").write_text("PARTS = {}\n")
    (workspace.scaffold / "mine.py").write_text("")
    told = ask("copy", source="/history/v1.1/scaffold", target="/scaffold")
    assert told == "Copied /history/v1.1/scaffold to /scaffold."
    assert scaffold_id(workspace.scaffold) == scaffold_id(source)
    ask("copy", source="parts/loops/loops.py", target="scaffold/new/loops.py")
    copied = workspace.scaffold / "new" / "loops.py"
    assert copied.read_text() == "def observe(): ...\n"
    copied.write_text("It can be edited.\n")


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("/parts/loops", "/scaffold", "is no whole scaffold"),
        ("/parts/loops/loops.py", "/scaffold", "is a folder"),
        ("/parts/none.py", "/scaffold/none.py", "there is no /parts/none.py"),
        ("/parts/../scaffold/actions.py", "/scaffold/a.py", "is not in /parts or /history"),
        ("/etc/passwd", "/scaffold/a.py", "is not in /parts or /history"),
        ("/README.md", "/scaffold/a.py", "is not in /parts or /history"),
        ("/parts/link/secret", "/scaffold/a.py", "leads elsewhere"),
        ("/parts/loop", "/scaffold/a.py", "cannot be resolved|there is no"),
        ("/parts/loops/loops.py", "/parts/loops/b.py", "is not in /scaffold"),
        ("/parts/loops/loops.py", "/scaffold/../b.py", "is not in /scaffold"),
        ("/parts/loops/loops.py", "/scaffold/link/b.py", "leads elsewhere"),
        ("/parts/loops/loops.py", "/scaffold/a\0.py", "is not in /scaffold"),
        ("/parts/huge", "/scaffold/huge", "too large"),
        ("", "", "is not in"),
    ],
)
def test_copies_lead_nowhere_else(
    ask: Ask, workspace: Workspace, tmp_path: Path, source: str, target: str, why: str
):
    (tmp_path / "secret").write_text("precious")
    (workspace.parts / "link").symlink_to(tmp_path)
    (workspace.parts / "loop").symlink_to(workspace.parts / "loop")
    (workspace.scaffold / "link").symlink_to(tmp_path)
    with (workspace.parts / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    before = sorted(tmp_path.iterdir()), scaffold_files(workspace)
    told = ask("copy", source=source, target=target)
    assert told.startswith("Error: ")
    assert any(one in told for one in why.split("|"))
    assert (sorted(tmp_path.iterdir()), scaffold_files(workspace)) == before


def scaffold_files(workspace: Workspace) -> list[Path]:
    return sorted(path for path in workspace.scaffold.rglob("*") if not path.is_symlink())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_words_of_a_model_are_an_error(ask: Ask, one: str, other: str):
    for name, arguments in {
        "find_steps": {"candidate": one, "text": other, "episode": one},
        "compare": {"candidate_a": one, "candidate_b": other},
        "episode_summary": {"candidate": "v0", "episode": other},
        "copy": {"source": f"/parts/{one}", "target": f"/scaffold/{other}"},
    }.items():
        assert len(ask(name, **arguments)) < 500
    assert len(ask("find_steps", candidate="v0", text=one)) < 2000
