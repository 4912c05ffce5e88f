"""Diffs, line by line."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.report.patch import lines_of, stats_of
from automem_graph.structure.desk.diff import diff_of, stat_of


def diff(one: dict[str, str], other: dict[str, str]) -> str:
    """The diff of two folders with these files."""
    place = Path(f"pair-{len(list(Path().iterdir()))}")
    for side, files in (("one", one), ("other", other)):
        (place / side).mkdir(parents=True)
        for name, text in files.items():
            (place / side / name).write_text(text, "utf-8")
    return diff_of(place / "one", place / "other")


def test_a_line_is_what_its_place_says_not_what_it_looks_like():
    text = diff({"a.md": "-- x\n"}, {"a.md": "++ b/other.py\n"})
    kinds = [(line.kind, line.text) for line in lines_of(text)]
    assert kinds == [
        ("file", "diff --git a/a.md b/a.md"),
        ("file", "--- a/a.md"),
        ("file", "+++ b/a.md"),
        ("place", "@@ -1 +1 @@"),
        ("cut", "--- x"),
        ("add", "+++ b/other.py"),
    ]


def test_files_are_counted_by_name():
    text = diff({"a.md": "x\ny\n", "b a.md": "x\n"}, {"a.md": "x\nz\nz\n", "c.md": "1\n"})
    stats = {name: (one.added, one.removed) for name, one in stats_of(text).items()}
    assert stats == {"a.md": (2, 1), "b a.md": (0, 1), "c.md": (1, 0)}


def test_no_change_has_no_lines():
    assert list(lines_of("")) == []
    assert stats_of("") == {}


@given(st.text(), st.text())
def test_the_files_add_up(one: str, other: str):
    text = diff({"a.md": one.replace("\ud800", "")}, {"a.md": other, "b.md": one})
    total = stat_of(text)
    stats = stats_of(text).values()
    assert len(stats) == total.files
    assert sum(one.added for one in stats) == total.added
    assert sum(one.removed for one in stats) == total.removed
    assert "\n".join(line.text for line in lines_of(text)) == text.removesuffix("\n")
