"""The judge of errands is lenient in form and strict in substance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.worlds.errands.judge import POOLS, Value, is_right, mentions

CITY = Value("city", "Porto")
WEEKLY = Value("weekly", "Tuesdays at 15:30")
ONCE = Value("once", "4 August at 9:15")
DATE = Value("date", "3 May")
PLACE = Value("place", "in the blue tin")
NOBODY = Value("surname", "Ms. Lind")
NUMBER = Value("number", "4821")
OVER = Value("weekly", "cancelled")


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("Porto", CITY),
        ("She lives in **Porto** now.", CITY),
        ("porto!", CITY),
        ("On Tuesdays at 15:30.", WEEKLY),
        ("Every Tuesday, 3:30 pm", WEEKLY),
        ("Tue 15.30", WEEKLY),
        ("August 4th, 9:15 a.m.", ONCE),
        ("It is on the 4th of August at 09:15", ONCE),
        ("May 3rd", DATE),
        ("The blue tin", PLACE),
        ("It's in your blue tin.", PLACE),
        ("Lind", NOBODY),
        ("Ms Lind", NOBODY),
        ("The code is 4821", NUMBER),
        ("Cancelled.", OVER),
        ("It has been called off", OVER),
        ("There is none any more: you have given up the class", OVER),
    ],
)
def test_the_right_value_is_right_in_many_forms(answer: str, wanted: Value):
    assert is_right(answer, (wanted,))


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("", CITY),
        ("I do not know", CITY),
        ("Lisbon", CITY),
        ("Porto or Lisbon", CITY),
        ("Portobello", CITY),
        (" ".join(POOLS["city"]), CITY),
        ("Porto " + "very " * 15, CITY),
        ("On Tuesdays", WEEKLY),
        ("15:30", WEEKLY),
        ("Tuesdays at 3:30", WEEKLY),
        ("Tuesdays or Mondays at 15:30", WEEKLY),
        ("Tuesdays at 15:30, cancelled", WEEKLY),
        ("4 August", ONCE),
        ("4 September at 9:15", ONCE),
        ("14 August at 9:15", ONCE),
        ("3 May or 4 May", DATE),
        ("in the top drawer, not in the blue tin", PLACE),
        ("tin", PLACE),
        ("4821 or 4822", NUMBER),
        ("48210", NUMBER),
        ("Noted", OVER),
        ("On Tuesdays at 15:30", OVER),
    ],
)
def test_another_value_or_a_second_one_is_wrong(answer: str, wanted: Value):
    assert not is_right(answer, (wanted,))


def test_of_two_values_both_must_be_named():
    assert is_right("Porto, and 3 May.", (CITY, DATE))
    assert is_right("Extension 4821; 3 May", (NUMBER, DATE))
    assert not is_right("Porto", (CITY, DATE))
    assert not is_right("3 May", (CITY, DATE))


@given(st.text(max_size=200), st.sampled_from([*POOLS, "number", "date", "weekly", "once"]))
def test_any_answer_is_judged(answer: str, sort: str):
    assert isinstance(mentions(answer, sort), frozenset)
