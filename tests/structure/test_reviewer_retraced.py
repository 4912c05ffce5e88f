"""Ways that are gone again are found in episodes that were really played, by their text alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.desk.episode_view import write_view
from automem_graph.structure.reviewer.evidence import Episode, Step
from automem_graph.structure.reviewer.retraced import Sign, retraced
from automem_graph.structure.reviewer.views import read_episode
from support.playing import table
from support.scripted import in_turn, routine

HERE, THERE = "row 14, column 4", "row 14, column 5"
"""Where the hero of seed 1 stands at first, and the square to the east."""


def walked(*moves: str) -> tuple[Episode, Sequence[str]]:
    """An episode of these moves as the reviewer reads it, and the squares stood on before each."""
    plan = in_turn(*(f"<|ACTION|>{move}<|END|>" for move in moves))
    asked = {"task": "minihack-corridor-r3", "seed": 1, "steps": len(moves)}
    with table(lambda said: plan(said) if routine(said) == "plan" else "<|DONE|>", **asked) as at:
        assert at.play().status == "done"
        summary = write_view(at.folder, Path("view"))
        rows = at.rows()
    assert [row.action for row in rows] == list(moves)
    squares = [row.answer.text.partition("Cursor: ")[2].partition(", on")[0] for row in rows]
    return read_episode(Path("view"), summary, load_scaffold("v0")), [HERE, *squares[:-1]]


def test_to_and_fro_is_found_from_the_fourth_time_on_with_its_squares():
    episode, squares = walked(*["east", "west"] * 6)
    assert squares == [HERE, THERE] * 6
    told = tuple(f"all steps: 6 times to {square} of Dlvl:1" for square in (HERE, THERE))
    assert retraced(episode) == Sign(6 / 12, told)


def test_a_way_that_is_gone_once_is_not_found():
    episode, squares = walked(*["east"] * 6)
    assert len(set(squares)) == 6
    assert retraced(episode) == Sign()


SAW = "Cursor: row 2, column {}, on yourself\n\nStatus:\nDlvl:{} $:0 HP:9(9)"


@pytest.mark.parametrize(("levels", "share"), [("1111", 1 / 8), ("1212", 0.0)])
def test_the_same_square_of_another_level_is_another_square(levels: str, share: float):
    ways = [place for n, level in enumerate(levels) for place in ((3, level), (10 + n, level))]
    steps = [Step(number, SAW.format(*place)) for number, place in enumerate(ways)]
    assert retraced(Episode("e01", steps)).share == share


def test_who_stands_still_to_fight_or_to_search_goes_no_way():
    steps = [Step(number, SAW.format(3, 1)) for number in range(20)]
    assert retraced(Episode("e01", steps)) == Sign()
