"""The proposer's desk: what is laid out, and what is taken from it whatever it was made into."""

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automem_graph.agent.act import REJECTIONS
from automem_graph.memory.calls import MOST_CALLS
from automem_graph.memory.names import MOST_CHARS, MOST_SEGMENTS
from automem_graph.memory.quota import Quota
from automem_graph.scaffold import identify, manifest, replies, sandbox, session, sources, step
from automem_graph.scaffold.load import NEEDED, load_scaffold
from automem_graph.structure.desk.plain import tree_of
from automem_graph.structure.desk.workspace import MOST_TEXT, Workspace, collect, prepare, reset
from automem_graph.structure.gate import Rule
from automem_graph.structure.lineage import Row

V0 = Row(name="v0", scaffold="v0", kept=True, stage="trial", why="the first one", reason="Plain.")
INCUMBENT = Path(str(resources.files("automem_graph.tools"))) / "v0"


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts" / "keyed"
    folder.mkdir(parents=True)
    (folder / "part.toml").write_text('description = "One line a key, and the newest text."\n')
    (folder / "keyed.py").write_text("def put(files): ...\n")
    return folder.parent


@pytest.fixture
def desk(tmp_path: Path, parts: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    lay_out(workspace, parts)
    return workspace


def lay_out(workspace: Workspace, parts: Path, **asked: object) -> None:
    prepare(workspace, incumbent=INCUMBENT, name="v0", rows=[V0], parts=parts, **asked)


def test_it_holds_the_task_the_contract_the_parts_and_the_incumbent(desk, parts):
    assert {path.name for path in desk.path.iterdir()} == {
        *("README.md", "CONTRACT.md", "scaffold", "parts", "history")
    }
    assert load_scaffold(desk.scaffold).id == load_scaffold("v0").id
    assert (desk.parts / "keyed" / "keyed.py").read_text() == "def put(files): ...\n"
    readme = desk.readme.read_text()
    assert "the best one so far, **v0**" in readme
    assert "`parts/keyed/`: One line a key, and the newest text." in readme
    assert "$" not in readme
    assert "| [v0](v0/) | **kept as v0** |" in desk.index.read_text()


def test_the_readme_says_what_wins(desk, parts):
    assert "p below 0.1" in desk.readme.read_text()
    lay_out(desk, parts, rule=Rule(p=0.05))
    assert "p below 0.05" in desk.readme.read_text()
    lay_out(desk, parts, rule=Rule(name="strict_mean"))
    assert "the mean must be strictly greater" in desk.readme.read_text()


def test_only_the_proposers_own_files_can_be_written(desk):
    for path in tree_of(desk.path).files:
        mode = (desk.path / path).stat().st_mode
        assert bool(mode & stat.S_IWUSR) == (path.parts[0] == "scaffold"), path


def test_a_new_attempt_begins_with_a_clean_desk(desk, parts):
    for name in ("analysis.md", "changes.md", "problem.md", "notes.txt"):
        (desk.path / name).write_text("old")
    (desk.scaffold / "actions.py").write_text("broken")
    (desk.scaffold / "extra.py").write_text("")
    (desk.history / "v9.9").mkdir()
    desk.candidate("v0").mkdir()
    lay_out(desk, parts)
    assert not any(path.exists() for path in (desk.analysis, desk.changes, desk.problem))
    assert not (desk.path / "notes.txt").exists()
    assert not desk.candidate("v9.9").exists()
    assert desk.candidate("v0").exists()
    assert load_scaffold(desk.scaffold).id == load_scaffold("v0").id


def test_a_problem_leaves_what_was_written_about_the_try(desk):
    desk.analysis.write_text("because")
    reset(desk, INCUMBENT, "actions.py:3: no such thing")
    assert "actions.py:3: no such thing" in desk.problem.read_text()
    assert desk.analysis.read_text() == "because"
    reset(desk, INCUMBENT)
    assert not desk.problem.exists()
    assert not desk.analysis.exists()


def test_what_was_written_is_taken(desk, tmp_path):
    desk.analysis.write_text("v0 e03, step 12:\tit forgot.\r\n")
    desk.changes.write_text("\n# **Shorter** prompts, e.g. of LOG. And more.\n\nDetails.")
    (desk.scaffold / "position.py").write_text("def observe(): ...\n")
    taken = collect(desk)
    assert taken.analysis == "v0 e03, step 12:\tit forgot.\n"
    assert taken.changes.endswith("Details.")
    assert taken.flaw == ""
    assert taken.reason == "Shorter prompts, e.g. of LOG."
    taken.scaffold(tmp_path / "proposal")
    assert (tmp_path / "proposal" / "position.py").is_file()
    assert all((tmp_path / "proposal" / name).is_file() for name in NEEDED)


def test_nothing_written_is_taken_as_nothing(desk):
    taken = collect(desk)
    assert (taken.analysis, taken.changes, taken.reason) == ("", "", "")


def test_texts_are_bounded_and_without_control_characters(desk):
    desk.analysis.write_text("x" * (MOST_TEXT + 10))
    desk.changes.write_bytes(b"Red \x1b[31m\xff\x00 and \xe2\x80\xae back. " + b"Y" * 500)
    taken = collect(desk)
    assert len(taken.analysis) == MOST_TEXT
    assert taken.reason == "Red \\x1b[31m\ufffd\\x00 and \\u202e back."


def test_links_and_pipes_are_never_followed(desk, parts, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("sk-123")
    desk.analysis.symlink_to(secret / "key")
    os.mkfifo(desk.changes)
    (desk.scaffold / "key.md").symlink_to(secret / "key")
    (desk.scaffold / "files").symlink_to(secret)
    os.mkfifo(desk.scaffold / "pipe.py")
    taken = collect(desk)
    assert (taken.analysis, taken.changes) == ("", "")
    assert taken.flaw == (
        "scaffold/files is no plain file, or nested too deep; links are not taken"
    )
    taken.scaffold(tmp_path / "proposal")
    assert {path.parts[0] for path in tree_of(tmp_path / "proposal").files} == {
        *("actions.py", "prompts", "scaffold.toml")
    }
    lay_out(desk, parts)
    assert (secret / "key").read_text() == "sk-123"
    assert not desk.analysis.is_symlink()


def test_links_in_the_place_of_the_folders_are_replaced(desk, parts, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("mine")
    for path in (desk.scaffold, desk.parts, desk.history):
        path.rename(tmp_path / path.name.upper())
        path.symlink_to(outside)
    assert tree_of(collect(desk).source).files == []
    desk.problem.symlink_to(outside / "mine")
    reset(desk, INCUMBENT, "a problem")
    lay_out(desk, parts)
    assert [path.name for path in outside.iterdir()] == ["mine"]
    assert (outside / "mine").read_text() == "mine"
    assert not any(path.is_symlink() for path in desk.path.iterdir())


def test_a_tree_that_is_too_large_is_cut(desk, tmp_path):
    for number in range(identify.MOST_FILES + 50):
        (desk.scaffold / f"m{number}.py").write_text("")
    (desk.scaffold / "big.md").write_bytes(b"x" * (identify.MOST_BYTES * 2))
    taken = collect(desk)
    assert re.fullmatch(
        r"scaffold/ holds 260 files of [\d,]+ bytes; 200 files and 2 MiB are allowed", taken.flaw
    )
    taken.scaffold(tmp_path / "proposal")
    names = tree_of(tmp_path / "proposal").files
    assert len(names) <= identify.MOST_FILES + 1
    assert sum((tmp_path / "proposal" / name).stat().st_size for name in names) <= (
        identify.MOST_BYTES + 1
    )


@pytest.fixture
def deep(desk: Workspace) -> Iterator[Path]:
    """A tree that is nested more deeply than Python recurses."""
    at = top = desk.scaffold / "deep"
    for _ in range(1200):
        at.mkdir()
        at = at / "a"
    yield top
    subprocess.run(["rm", "-rf", top], check=True)  # pytest's own cleaning would recurse


def test_a_tree_that_is_too_deep_is_removed(desk, parts, deep, tmp_path):
    collect(desk).scaffold(tmp_path / "proposal")
    lay_out(desk, parts)
    assert not deep.exists()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_whatever_was_written_can_be_printed(desk, data):
    desk.changes.write_bytes(data)
    taken = collect(desk)
    assert all(
        char.isprintable() or char in "\n\t" or category(char) == "Zs" for char in taken.changes
    )
    assert "\n" not in taken.reason
    assert len(taken.reason) < 300


def test_the_contract_gives_the_limits_that_hold(desk):
    text = " ".join(desk.contract.read_text().split())
    quota = Quota()
    for said in (
        f"at most {identify.MOST_FILES} files and {identify.MOST_BYTES >> 20} MiB",
        f"at most {MOST_SEGMENTS} parts",
        f"{MOST_CHARS} in all",
        f"A file may hold {quota.file_bytes:,} bytes, all files {quota.total_bytes:,}",
        f"there may be {quota.files}",
        f"cut at {replies.TEXT_CHARS:,} characters",
        f"at most {replies.EDITS} edits, {replies.EDIT_BYTES:,} bytes",
        f"at most {replies.STATE_BYTES:,} bytes as UTF-8",
        f"at most {replies.PROMPT_CHARS:,} characters",
        f"At most {MOST_CALLS} actions of a reply",
        f"{step.WORK_SECONDS:g} seconds of processor time, {session.CALL_SECONDS:g} by the clock",
        f"memory is {sandbox.MEMORY_BYTES >> 20} MiB",
        f"rounds = {manifest.Limits().rounds} ",
        f"read_chars = {manifest.Limits().read_chars} ",
    ):
        assert said in text, said
    assert REJECTIONS == 2
    assert "at most twice a step" in text
    for hook in sources.HOOKS:
        assert f"| `{hook}(" in text
    for template in NEEDED:
        assert Path(template).stem in text


def test_the_readme_explains_all_that_a_view_shows(desk):
    text = desk.readme.read_text()
    for name in ("sees", "prompt+", "LOG", "PLAN", "gives", "FAILS", "says", "thinks", "hook"):
        assert f"`{name}`" in text
    for name in ("refused", "acts", "state"):
        assert f"| `{name}` |" in text
