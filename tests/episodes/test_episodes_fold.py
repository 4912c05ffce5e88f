"""Folding texts out of prompts and back."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.episodes.fold import fold, unfold

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80)


@given(
    st.dictionaries(st.text("opr019", min_size=1, max_size=3), texts, max_size=4), texts, st.data()
)
def test_unfold_gives_back_every_text(known, glue, data):
    parts = data.draw(st.lists(st.sampled_from([glue, *known.values()]), max_size=6))
    text = "".join(parts)
    assert unfold(fold(text, known), known) == text


def test_a_quoted_text_is_not_written_again():
    quoted = "You see:\n- tree 3 steps to your north\n" * 20
    folded = fold(f"Before. {quoted} After. {quoted}", {"o": quoted})
    assert folded == "Before. \0o\0 After. \0o\0"


def test_a_text_inside_another_is_folded_with_it():
    inner = "a line that is long enough to be marked"
    outer = f"{inner}\n{inner} and more"
    known = {"i": inner, "o": outer}
    assert fold(f"{outer} / {inner}", known) == "\0o\0 / \0i\0"
    assert unfold("\0o\0 / \0i\0", known) == f"{outer} / {inner}"
