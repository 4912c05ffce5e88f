"""What was asked for becomes an action of the world, or the default one and a note."""

import pytest

from automem_graph.agent.take import admit
from automem_graph.protocols import TaskCard

CARD = TaskCard(
    name="letters",
    title="Letters",
    instructions="Press keys.",
    actions=("far east", "Place Table", "wait", "a", "A"),
    default_action="wait",
    max_steps=5,
)


@pytest.mark.parametrize(
    ("asked", "action"),
    [
        ("far east", "far east"),
        ("Far_East", "far east"),
        ("  place   table ", "Place Table"),
        ("a", "a"),
        (" A ", "A"),
    ],
)
def test_an_action_is_found_by_its_name(asked: str, action: str):
    assert admit(CARD, asked) == (action, "")


@pytest.mark.parametrize("asked", ["", "fareast", "far  easts", "aa", "Á", "wait!"])
def test_anything_else_is_the_default_action_and_a_note(asked: str):
    action, note = admit(CARD, asked)
    assert action == "wait"
    assert note == f"'{asked}' is no action here: wait was executed."


def test_a_note_is_short_whatever_was_asked():
    assert len(admit(CARD, "x" * 10_000)[1]) < 120
