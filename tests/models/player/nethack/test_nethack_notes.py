"""What is remembered of a level, and how the file writes it."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.player.nethack.grid import index
from automem_graph.models.player.nethack.notes import Notes, read_notes, write_notes

CELLS = st.builds(index, st.integers(1, 21), st.integers(0, 78))


def test_the_file_is_lines_that_a_person_can_read():
    notes = Notes().walk([1000, 1001, 1002, 1010]).fail(1002, "east")
    for _ in range(5):
        notes = notes.fail(1000, "search")
    assert write_notes(notes).splitlines() == [
        "Walked in row 12: 40-42, 50",
        "In vain, east: 12,42",
        "In vain, search: 12,40 x5",
    ]


@given(
    st.builds(
        Notes,
        st.frozensets(CELLS),
        st.dictionaries(
            st.tuples(CELLS, st.sampled_from(["east", "search", "kick northeast"])),
            st.integers(1, 99),
            max_size=40,
        ),
        st.none() | CELLS,
    )
)
def test_the_lines_give_the_notes_back(notes):
    assert read_notes(f"level-1.md says:\n{write_notes(notes)}\n\nGo on.") == notes


@given(st.text(st.sampled_from("Walked in row 12: 40-42,\nInvaeastx;Stairs down 99-0")))
def test_any_text_gives_some_notes(text):
    assert read_notes(text).walked <= {index(row, at) for row in range(1, 22) for at in range(79)}


def test_a_level_that_was_searched_everywhere_still_fits_one_read():
    notes = Notes(frozenset(range(100, 1700, 2)))
    for cell in range(100, 1700, 2):
        notes = notes.fail(cell, "search")
    assert len(write_notes(notes)) < 4000 + 2000
