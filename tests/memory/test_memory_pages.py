"""What a read shows."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.memory.pages import page

NUMBERED = "".join(f"line {n}\n" for n in range(1, 501))


def test_missing_empty_and_beyond_the_end_are_three_answers() -> None:
    answers = [
        page("a.md", None, 1, 100),
        page("a.md", "", 1, 100),
        page("a.md", "x\n", 2, 100),
        page("a.md", "x\n", 0, 100),
    ]
    assert [answer.text for answer in answers] == [
        "There is no file a.md.",
        "a.md is empty.",
        "a.md has 1 line; there is no line 2.",
        "There is no line 0; lines are counted from 1.",
    ]
    assert not any(answer.ok for answer in answers)


def test_a_short_file_is_shown_as_it_is() -> None:
    assert page("a.md", "x\n\n y\n", 1, 100).text == "x\n\n y"
    assert page("a.md", "x\n\n y\n", 2, 100).text == "\n y"
    assert page("a.md", "\n", 1, 100).text == ""
    assert page("a.md", "12345\n67890\n", 1, 11).text == "12345\n67890"


def test_a_long_file_says_where_to_go_on() -> None:
    answer = page("a.md", NUMBERED, 1, 100)
    assert answer.ok
    assert answer.text.endswith("line 13\n(lines 1-13 of 500; go on from line 14)")


def test_a_line_over_the_cap_is_cut_and_can_be_passed() -> None:
    text = "a\n" + "b" * 5000 + "\nc\n"
    assert page("a.md", text, 1, 100).text == "a\n(lines 1-1 of 3; go on from line 2)"
    cut = page("a.md", text, 2, 100).text
    note = "(line 2 of 3: the first 100 of its 5,000 characters; go on from line 3)"
    assert cut == "b" * 100 + "\n" + note
    assert page("a.md", text, 3, 100).text == "c"
    assert "go on" not in page("a.md", "b" * 5000, 1, 100).text


@given(st.lists(st.text("ab ", max_size=30), min_size=1), st.integers(30, 80))
def test_going_on_from_page_to_page_shows_every_line_once(lines: list[str], most: int) -> None:
    text = "\n".join(lines) + "\n"
    shown: list[str] = []
    while len(shown) < len(lines):
        got = page("a.md", text, len(shown) + 1, most).text.split("\n")
        if len(shown) + len(got) < len(lines) or got[-1].startswith("("):
            assert got[-1].endswith(f"go on from line {len(shown) + len(got)})")
            got.pop()
        assert len("\n".join(got)) <= most
        shown += got
    assert shown == lines
