"""A scaffold is found by name or folder, identified by its content, and complete."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.identify import MOST_FILES, scaffold_id
from automem_graph.scaffold.load import NEEDED, load_scaffold

Build = Callable[[Mapping[str, str]], Path]


def test_the_shipped_scaffold_is_found_by_name() -> None:
    scaffold = load_scaffold("v0")
    assert re.fullmatch(r"v0-[0-9a-f]{12}", scaffold.id)
    assert (scaffold.path / "actions.py").is_file()


def test_the_id_is_of_the_content_alone(build: Build, tmp_path: Path) -> None:
    folder = build({})
    first = scaffold_id(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "actions.pyc").write_bytes(b"x")
    (folder / ".hidden").write_text("x")
    os.utime(folder / "actions.py", (0, 0))
    shutil.copytree(folder, tmp_path / "moved")
    assert load_scaffold("v0").id == first == scaffold_id(tmp_path / "moved")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "actions.py").write_text("x = 1\n"),
        lambda folder: (folder / "actions.py").rename(folder / "action.py"),
        lambda folder: (folder / "files").mkdir() or (folder / "files" / "a").write_text(""),
    ],
)
def test_any_change_changes_the_id(build: Build, change: Callable[[Path], object]) -> None:
    folder = build({})
    before = scaffold_id(folder)
    change(folder)
    assert scaffold_id(folder) != before


def test_moving_bytes_between_name_and_content_changes_the_id(build: Build) -> None:
    folder = build({"files/ab": "c"})
    before = scaffold_id(folder)
    (folder / "files" / "ab").unlink()
    (folder / "files" / "a").write_text("bc")
    assert scaffold_id(folder) != before


@pytest.mark.parametrize("target", ["/etc/passwd", "actions.py", "."])
def test_a_symlink_is_refused(build: Build, target: str) -> None:
    folder = build({})
    (folder / "prompts" / "extra.md").symlink_to(target)
    with pytest.raises(ScaffoldError, match=r"extra\.md: is a symlink"):
        load_scaffold(folder)


def test_what_is_no_file_is_refused(build: Build) -> None:
    folder = build({})
    os.mkfifo(folder / "pipe")
    with pytest.raises(ScaffoldError, match="pipe: is no regular file"):
        load_scaffold(folder)


def test_too_many_and_too_large_are_refused(build: Build, tmp_path: Path) -> None:
    folder = build({"files/large": "x" * (2 * 1024 * 1024)})
    with pytest.raises(ScaffoldError, match="200 files and 2 MiB"):
        load_scaffold(folder)
    (folder / "files" / "large").unlink()
    for number in range(MOST_FILES):
        (folder / "files" / f"f{number}").write_text("")
    with pytest.raises(ScaffoldError, match="200 files and 2 MiB"):
        load_scaffold(folder)


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named(build: Build, name: str) -> None:
    folder = build({})
    (folder / name).unlink()
    with pytest.raises(ScaffoldError, match=re.escape(f"{folder / name}: is missing")):
        load_scaffold(folder)


@pytest.mark.parametrize(("name", "opening"), [("log", "# LOG"), ("plan", "# PLAN")])
def test_a_routines_prompt_begins_with_its_name(build: Build, name: str, opening: str) -> None:
    folder = build({f"prompts/{name}.md": "Hello\n"})
    with pytest.raises(ScaffoldError, match=rf"{name}\.md:1: must start with '{opening}'"):
        load_scaffold(folder)


def test_an_unknown_scaffold_names_the_shipped_ones() -> None:
    shipped = r"no scaffold 'v9'.*shipped ones are .*terse, v0"
    with pytest.raises(ScaffoldError, match=shipped):
        load_scaffold("v9")


def test_starting_files_are_those_of_the_task(build: Build) -> None:
    scaffold = load_scaffold(build({"files/crafter/maps/home.md": "base\n", "files/net/a.md": "x"}))
    assert scaffold.files_for("crafter") == {"maps/home.md": "base\n"}
    assert scaffold.files_for("chess") == {}
