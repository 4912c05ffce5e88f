"""Every breakage of a scaffold.toml is a ScaffoldError with the file and the line."""

import re
from pathlib import Path

import pytest

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.load import load_scaffold
from automem_graph.scaffold.manifest import read_manifest

GOOD = """\
name = "good"
description = "Small and valid."

[limits]
rounds = 3
read_chars = 800

[inject]
log = ["notes.md"]

[[actions]]
name = "READ"
kind = "read"
routines = ["log", "plan"]
args = ["file", "line?"]
help = "show a file"

[[actions]]
name = "WRITE"
kind = "write"
routines = ["log"]
args = ["file", "text"]
help = "replace a file"

[[actions]]
name = "DONE"
kind = "done"
routines = ["log"]
help = "end LOG"

[[actions]]
name = "ACTION"
kind = "commit"
routines = ["plan"]
args = ["action"]
help = "end PLAN"
"""

BREAKAGES = [
    ('name = "good"', 'name = "Not Good"', 1, "name"),
    ('name = "good"', "", 1, "Field required"),
    ('name = "good"', 'name = "good', 1, "(at line 1"),
    ("rounds = 3", "rounds = 11", 5, "less than or equal to 10"),
    ("rounds = 3", "rounds = 3\nround = 3", 6, "Extra inputs"),
    ("read_chars = 800", "read_chars = 499", 6, "greater than or equal to 500"),
    ('log = ["notes.md"]', 'log = ["../notes.md"]', 9, "no file name"),
    ('name = "READ"', 'name = "read"', 12, "pattern"),
    ('name = "READ"', 'name = "END"', 12, "a tag named END ends another one"),
    ('name = "READ"', 'name = "IM_END"', 12, "a tag named IM_END ends another one"),
    ('kind = "read"', 'kind = "peek"', 13, "Input should be"),
    ('name = "WRITE"', 'name = "READ"', 12, "names must differ"),
    ('["file", "line?"]', '["file?", "line"]', 15, "only the last argument may be"),
    ('["file", "line?"]', '["file", "file"]', 15, "same name"),
    ('["file", "line?"]', '["from"]', 15, "no name for an argument"),
    ('["file", "line?"]', '["a-b"]', 15, "no name for an argument"),
    ('["file", "line?"]', '["files"]', 15, "another one"),
    ('kind = "write"\nroutines = ["log"]', 'kind = "write"\nroutines = ["plan"]', 21, "read-only"),
    ('routines = ["log"]\nhelp', 'routines = ["plan"]\nhelp', 28, "ends LOG"),
    ('kind = "done"', 'kind = "read"', 1, "of kind 'done'; there are 0"),
    ('kind = "read"', 'kind = "done"', 14, "ends LOG"),
    ('args = ["action"]', "", 31, "takes one argument"),
    ('routines = ["plan"]', 'routines = ["log", "plan"]', 34, "ends PLAN"),
    ("[inject]", "[inject", 8, "(at line 8"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), BREAKAGES)
def test_a_breakage_has_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert GOOD.count(old) >= 1
    path = tmp_path / "scaffold.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ScaffoldError, match=re.escape(says)) as caught:
        read_manifest(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_a_second_commit_is_named_by_its_own_line(tmp_path: Path) -> None:
    second = GOOD[GOOD.rindex("[[actions]]") :].replace('"ACTION"', '"ACT"')
    path = tmp_path / "scaffold.toml"
    path.write_text(GOOD + "\n" + second)
    with pytest.raises(ScaffoldError, match=r":38: exactly one action.* there are 2"):
        read_manifest(path)


def test_too_many_actions_are_refused(tmp_path: Path) -> None:
    block = GOOD[GOOD.index("[[actions]]") : GOOD.index('[[actions]]\nname = "WRITE"')]
    path = tmp_path / "scaffold.toml"
    more = "".join(block.replace("READ", f"READ_{n}") for n in range(40))
    path.write_text(GOOD + "\n" + more)
    with pytest.raises(ScaffoldError, match="at most 40"):
        read_manifest(path)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "scaffold.toml"
    path.write_bytes(b"name = \xff")
    with pytest.raises(ScaffoldError, match=r"scaffold\.toml: cannot be read as UTF-8"):
        read_manifest(path)


def test_the_shipped_scaffold_declares_the_papers_actions() -> None:
    manifest = load_scaffold("v0").manifest
    assert [action.name for action in manifest.of("plan")] == [
        "SEARCH",
        "READ",
        "TAIL",
        "COUNT",
        "ACTION",
    ]
    assert manifest.done.form == "<|DONE|>"
    assert manifest.commit.form == "<|ACTION|>action<|END|>"
    assert {action.name for action in manifest.of("log") if action.kind == "write"} == {
        "APPEND",
        "WRITE",
        "CREATE",
    }
