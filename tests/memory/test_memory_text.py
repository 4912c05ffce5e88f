"""Normal form and splices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.memory.text import Splice, normal_form, splice, spliced

HOSTILE = st.text(
    st.one_of(st.sampled_from("ab\n\r\0\ud800\udfff\u2028\x0c é"), st.characters()), max_size=60
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("\0", ""),
        ("a", "a\n"),
        ("a\n", "a\n"),
        ("a\n\n\n", "a\n"),
        ("\n", "\n"),
        ("\n\n", "\n"),
        ("a\r\nb\rc", "a\nb\nc\n"),
        ("\r\n", "\n"),
        ("a\0b", "ab\n"),
        ("\ud800x", "\ufffdx\n"),
        ("  a \x0c\u2028b", "  a \x0c\u2028b\n"),
    ],
)
def test_the_normal_form(text: str, normal: str) -> None:
    assert normal_form(text) == normal


@given(HOSTILE)
def test_the_normal_form_is_stable_and_can_be_written(text: str) -> None:
    normal = normal_form(text)
    assert normal_form(normal) == normal
    assert normal.encode().decode() == normal
    assert not normal or normal.endswith("\n")
    assert "\r" not in normal
    assert "\0" not in normal


@given(HOSTILE)
def test_the_normal_form_keeps_every_word(text: str) -> None:
    kept = [char for char in normal_form(text) if char.isalnum()]
    assert kept == [char for char in text if char.isalnum()]


@given(st.text("ab\n", max_size=30), st.text("ab\n", max_size=30))
def test_a_splice_gives_the_new_text_and_is_minimal(old: str, new: str) -> None:
    change = splice(old, new)
    assert spliced(old, change) == new
    cut = old[change.at : change.at + change.cut]
    if cut and change.put:
        assert cut[0] != change.put[0]
        assert cut[-1] != change.put[-1]
    assert (old == new) == (change.cut == 0 and change.put == "")


def test_a_splice_of_a_long_text_is_short() -> None:
    old = "status: hungry\n" * 8000
    assert splice(old, old + "x\n") == Splice(len(old), 0, "x\n")
    middle = len(old) // 2
    assert splice(old, old[:middle] + "!" + old[middle:]).put == "!"


@pytest.mark.parametrize("change", [Splice(-1, 0, ""), Splice(0, 4, ""), Splice(4, 0, "x")])
def test_a_splice_outside_of_its_text_is_an_error(change: Splice) -> None:
    with pytest.raises(ValueError, match="in a text of 3"):
        spliced("abc", change)
