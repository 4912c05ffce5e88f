"""Walks that go step by step are found where a game has levels to walk over, and nowhere else."""

from dataclasses import replace

import pytest

from automem_graph.protocols import Call
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.reviewer.diagnosis import diagnose
from automem_graph.structure.reviewer.evidence import Episode, Step
from automem_graph.structure.reviewer.menu import ANSWERS, bundles
from automem_graph.structure.reviewer.plodding import plodding
from automem_graph.structure.reviewer.signs import Sign

SHELF = {part for answer in ANSWERS.values() for part in answer}


def steps(actions: str, levels: int = 2, on: str = "on yourself") -> list[Step]:
    """A step for each word; the levels follow on each other at the end."""
    words = actions.split()
    depth = [max(1, levels - (len(words) - at - 1)) for at in range(len(words))]
    cursor = "Cursor: row 5, column {}, {}\n\nStatus:\nAgent\nDlvl:{} $:0 HP:9(9)"
    return [
        Step(at, cursor.format(at, on, depth[at]), action=word.replace("_", " "))
        for at, word in enumerate(words)
    ]


def test_walks_of_five_steps_and_more_are_found_and_the_longest_is_told_first():
    walked = "east " * 5 + "search north east " + "search " + "southwest " * 6 + "down down"
    assert plodding(Episode("e01", steps(walked))) == Sign(
        11 / 17, ("steps 9 to 14: a walk step by step", "steps 0 to 4: a walk step by step")
    )


@pytest.mark.parametrize(
    "walked",
    [
        steps("far_east " * 9),
        steps("east east east east search " * 3),
        steps("east " * 9, levels=1),
        steps("east " * 9, on="in the message line"),
        [],
    ],
)
def test_strides_short_walks_one_level_and_questions_are_no_such_walks(walked: list[Step]):
    assert plodding(Episode("e01", walked)) == Sign()


def test_the_atlas_alone_answers_them_where_they_fill_an_episode():
    noted = Call(name="WRITE", args={"file": "level-1.md", "text": "Walked on"})
    walked = [replace(step, calls=[noted]) for step in steps("east " * 90 + "down")]
    actions = {action.name: action for action in load_scaffold("v0").manifest.actions}
    found = diagnose([Episode("e01", walked, actions=actions)])
    first, *_ = bundles(found, (), SHELF)
    assert first == ("atlas",)
