"""File names: what is refused, and what would be two files on one system and one on another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.memory.names import check_name, clash


@pytest.mark.parametrize(
    "name",
    ["notes.md", "a", "_x", "maps/level_1.md", "a/b/c", "UPPER.TXT", "a-b", "x" * 64, "v1.2.3"],
)
def test_plain_names_are_fine(name: str) -> None:
    assert check_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "/etc/passwd", "..", ".", "a/..", "../a", "a/../../b", "./a", "a//b", "a/", "/a",
        "a/b/c/d", "a\\b", "C:\\x", "a\0", "a b", " a", "a\n", "a.md\n", ".hidden", "a/.hidden",
        "a.", "a/b.", "...", "-rf", "~", "~/x", "$HOME", "é", "a\u202eb", "a\u2215b",
        "\uff0e\uff0e",
        "x" * 65, "/".join(["x" * 60] * 3), "\ud800", "a*", "a?", "CON:", "a|b", "<|END|>",
        None, 3, b"a", ["a"], float("nan"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_one_printable_line(name: object) -> None:
    sentence = check_name(name)
    assert sentence is not None
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 300
    assert "notes.md" in sentence


@given(st.text(max_size=140))
def test_an_accepted_name_is_relative_and_plain(name: str) -> None:
    if check_name(name) is None:
        assert name.isascii()
        assert not name.startswith("/")
        assert all(part.strip(".") == part and part for part in name.split("/"))


@pytest.mark.parametrize(
    ("name", "other", "word"),
    [
        ("notes.md", "Notes.md", "case"),
        ("maps/a", "MAPS/b", "case"),
        ("maps/x/a", "maps/X/b", "case"),
        ("Maps", "maps/a", "case"),
        ("maps", "maps/a", "folder"),
        ("maps/a", "maps", "file"),
        ("maps/a/b", "maps/a", "file"),
    ],
)
def test_names_that_clash(name: str, other: str, word: str) -> None:
    sentence = clash(name, ["zebra.md", other])
    assert sentence is not None
    assert word in sentence
    assert other in sentence


@pytest.mark.parametrize("other", ["notes.txt", "maps/b", "map", "maps2/a", "notes.md2"])
def test_names_that_get_along(other: str) -> None:
    assert clash("maps/a", [other]) is None
    assert clash("notes.md", [other]) is None
