import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.worlds.nethack.message import Asks, top_text, waits_at
from automem_graph.worlds.nethack.screen import ROWS


def _rows(*top: str) -> tuple[str, ...]:
    return (*top, *[""] * (ROWS - len(top)))


def test_a_plain_message_is_the_first_row() -> None:
    assert top_text(_rows("You see here a newt corpse.", "   ---"), None, (5, 7)) == (
        "You see here a newt corpse."
    )
    assert top_text(_rows("", "   ---"), None, (5, 7)) == ""


@pytest.mark.parametrize(
    "rows",
    [
        ("You hear a bubbling.--More--",),
        ("You hear", " " * 60 + "a bubbling.--More--"),
        ("You hear a bubbling.", " " * 77 + "--M", "ore--"),
    ],
)
def test_a_pause_is_read_however_the_terminal_breaks_it(rows: tuple[str, ...]) -> None:
    cursor = (len(rows) - 1, len(rows[-1]))
    assert top_text(_rows(*rows), Asks.MORE, cursor) == "You hear a bubbling."


def test_a_list_over_the_map_is_read_from_its_first_column() -> None:
    rows = _rows(
        " " * 40 + "Things that are here:",
        "  |...@|" + " " * 32 + "a horn",
        "  ------" + " " * 32 + "a tin wand",
        " " * 40 + "--More--",
    )
    assert top_text(rows, Asks.MORE, (3, 48)) == "Things that are here:  a horn  a tin wand"


def test_a_menu_says_its_lines_and_where_it_ends() -> None:
    rows = _rows(
        " " * 30 + "Pick up what?", "  |...|", " " * 30 + "a - a horn", " " * 30 + "(end)", "---"
    )
    assert top_text(rows, Asks.MENU, (3, 36)) == "Pick up what?  a - a horn  (end)"


def test_a_window_as_wide_as_the_terminal_loses_no_letter() -> None:
    rows = _rows(" Your wisdom is 12.", "Status:", " (1 of 2)")
    assert top_text(rows, Asks.MENU, (2, 9)) == "Your wisdom is 12.  Status:  (1 of 2)"


def test_a_question_and_what_is_typed_end_at_the_cursor() -> None:
    rows = _rows("What do you want to write in the dust here? Elber" + "x" * 31, "eth    |...|")
    asked = top_text(rows, Asks.LINE, (1, 3))
    assert asked == "What do you want to write in the dust here? Elber" + "x" * 31 + "eth"


def test_what_the_game_waits_for() -> None:
    assert waits_at(False, False, True, "   (end)") is Asks.MENU
    assert waits_at(False, False, True, "   (2 of 3)") is Asks.MENU
    assert waits_at(False, True, True, "You write.--More--") is Asks.MORE
    assert waits_at(False, True, False, "Write what?") is Asks.LINE
    assert waits_at(True, False, False, "Really? [yn]") is Asks.KEY
    assert waits_at(False, False, False, "") is None


LINES = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80).map(str.rstrip)


@given(
    st.lists(LINES, min_size=ROWS, max_size=ROWS),
    st.sampled_from([None, *Asks]),
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, 79)),
)
def test_any_screen_gives_one_line(
    rows: list[str], asks: Asks | None, cursor: tuple[int, int]
) -> None:
    text = top_text(rows, asks, cursor)
    assert "\n" not in text
    assert text == text.strip()
