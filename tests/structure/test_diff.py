"""A diff of two folders says what changed, and gives the one when it is applied to the other."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automem_graph.structure.desk.diff import MOST_LINES, diff_of, stat_of
from automem_graph.structure.lineage import DiffStat

OLD = {"actions.py": "def a():\n    pass\n", "prompts/log.md": "# LOG\nold\n", "gone.md": "x\n"}
NEW = {
    "actions.py": "def a():\n    return 1\n",
    "prompts/log.md": "# LOG\nold\n",
    "new.md": "y\nz\n",
}


def folder(path: Path, texts: Mapping[str, str | bytes]) -> Path:
    path.mkdir(parents=True)
    for name, text in texts.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_changed_and_how_much(tmp_path):
    diff = diff_of(folder(tmp_path / "a", OLD), folder(tmp_path / "b", NEW))
    assert "--- a/actions.py\n+++ b/actions.py\n" in diff
    assert "-    pass\n+    return 1\n" in diff
    assert "--- a/gone.md\n+++ /dev/null\n" in diff
    assert "--- /dev/null\n+++ b/new.md\n" in diff
    assert "prompts" not in diff
    assert stat_of(diff) == DiffStat(files=3, added=3, removed=2)


def test_the_same_folders_have_no_diff(tmp_path):
    old = folder(tmp_path / "a", OLD)
    cached = {**OLD, "__pycache__/a.pyc": b"\xff", ".note": "hidden"}
    assert diff_of(old, folder(tmp_path / "b", cached)) == ""
    assert stat_of("") == DiffStat()


def test_lines_that_look_like_a_diff_are_counted_as_lines(tmp_path):
    old = folder(tmp_path / "a", {"x": "-- a\n@@ b\ndiff --git a/x b/x\n"})
    new = folder(tmp_path / "b", {"x": "++ a\n"})
    assert stat_of(diff_of(old, new)) == DiffStat(files=1, added=1, removed=3)


def test_what_is_no_text_is_only_named(tmp_path):
    diff = diff_of(folder(tmp_path / "a", {"x": b"\xff"}), folder(tmp_path / "b", {"x": b"\xfe"}))
    assert "Binary files a/x and b/x differ\n" in diff
    assert stat_of(diff) == DiffStat(files=1)


def test_a_long_file_is_replaced_as_a_whole(tmp_path):
    old = folder(tmp_path / "a", {"x": "same\n" * (MOST_LINES + 1)})
    new = folder(tmp_path / "b", {"x": "same\n"})
    assert stat_of(diff_of(old, new)) == DiffStat(files=1, added=1, removed=MOST_LINES + 1)


def test_links_take_no_part(tmp_path):
    old = folder(tmp_path / "a", {"x": "1\n"})
    new = folder(tmp_path / "b", {"x": "1\n"})
    (tmp_path / "secret").write_text("key")
    (new / "link").symlink_to(tmp_path / "secret")
    (new / "up").symlink_to(tmp_path)
    assert diff_of(old, new) == ""


TEXTS = st.text("ab\n\r\x0b\x85\u2028é", max_size=12)
TREES = st.dictionaries(st.sampled_from(["a", "b c", "d/e", "f"]), TEXTS, max_size=4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=TREES, new=TREES)
def test_git_applies_it(tmp_path_factory: pytest.TempPathFactory, old, new):
    here = tmp_path_factory.mktemp("trees")
    before, after = folder(here / "a", old), folder(here / "b", new)
    diff = diff_of(before, after)
    if diff:
        (here / "diff.patch").write_bytes(diff.encode())
        command = ["git", "apply", "--whitespace=nowarn", "--unsafe-paths", "../diff.patch"]
        subprocess.run(command, cwd=before, check=True, env={"GIT_CEILING_DIRECTORIES": "/"})
    texts = {
        path.relative_to(before).as_posix(): path.read_bytes()
        for path in before.rglob("*")
        if path.is_file()
    }
    assert texts == {name: text.encode() for name, text in new.items()}
