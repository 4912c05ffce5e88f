"""The atlas: what it tells of a level, that it stays small, and that no text breaks it."""

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.scaffold import replies
from automem_graph.worlds.registry import find_task
from support.parts import Files, load, seen

atlas = load("atlas")
ROOM = ("-----", "|...|", "|..@....", "|.`.|", "-----")


def screen(*rows, at=None, level=1, asked=False, message="(none)", things=""):
    """A text of the game; the drawing begins in row 3 and column 10."""
    drawn = ["", "", *(" " * 10 + row for row in rows)]
    y = next(n for n, row in enumerate(drawn) if "@" in row)
    row, column = at or (y + 1, drawn[y].index("@"))
    where = "row 0, column 5, in the message line" if asked else f"row {row}, column {column}, "
    cursor = where if asked else where + "on yourself"
    lines = [f"Message: {message}", "", *([things, ""] if things else []), f"Cursor: {cursor}", ""]
    return "\n".join([*lines, "Map:", *drawn, "", "Status:", f"Dlvl:{level} $:0 HP:9(9) T:1"])


def notes(*texts):
    """What is told at the last of these steps, and the state then."""
    state, told = {}, ""
    for step, text in enumerate(texts):
        told, state = atlas.observe(state, seen(text, step=step), Files())
    return told, state


def test_it_tells_what_is_clear_and_where_nobody_has_looked():
    assert notes(screen(*ROOM))[0].split("\n") == [
        "Atlas of level 1: you are at 5,13.",
        "Clear: north 1, south 1, west 2, east 4, northwest 1.",
        "Unexplored: 5,17 (4 steps, 68 dark); 5,16 (3 steps, 63 dark); 5,15 (2 steps, 58 dark); "
        "5,14 (1 steps, 53 dark).",
        "Quiet: no creature is in view.",
    ]


def test_it_counts_the_steps_on_a_square_and_beside_it():
    east = screen("-----", "|...|", "|...@...", "|.`.|", "-----")
    told, _ = notes(*[screen(*ROOM)] * 3, east, east)
    assert "you are at 5,14, for 2 steps so far." in told
    assert "\nWorn: west 3.\n" in told
    below = screen(*ROOM, level=2)
    assert "Worn" not in notes(*[screen(*ROOM)] * 3, below)[0], "another level, other squares"


def test_it_tells_of_a_pack_for_some_steps_and_of_no_friends():
    here = ["-----", "|rr.|", "|.@.|", "-----"]
    alone = screen("-----", "|...|", "|.@.|", "-----", message="You kill the giant rat!")
    assert "Creatures lately: 2." in notes(screen(*here))[0]
    assert "Creatures lately: 2." in notes(screen(*here), alone)[0]
    assert "Creatures" not in notes(screen(*here), *[screen(*ROOM)] * 9)[0]
    tame = "You see:\n- tame kitten, adjacent, north and north-west"
    assert "Creatures" not in notes(screen(*here, things=tame))[0]
    assert "Quiet" not in notes(screen(*here, things=tame))[0]


def test_it_is_silent_while_the_game_asks_and_in_other_games():
    state = notes(screen(*ROOM))[1]
    assert atlas.observe(state, seen(screen(*ROOM, asked=True)), Files()) == ("", state)
    assert atlas.observe(state, seen("You face tree."), Files()) == ("", state)


def test_the_state_stays_small_in_a_long_game():
    draw, state = random.Random(7), {}
    for step in range(1500):
        at = draw.randint(1, 21), draw.randint(0, 78)
        text = screen("@" + "." * 60, at=at, level=1 + step // 50)
        _, state = atlas.observe(state, seen(text, step=step), Files())
        replies.state(state)
    assert len(json.dumps(state)) < 5000


def test_what_it_tells_of_real_levels_is_true():
    pytest.importorskip("nle")
    ways = dict(zip(atlas.NAMES, atlas.STEPS, strict=True))
    world, draw, state = find_task("nethack").open(7), random.Random(7), {}
    for step in range(60):
        text = (world.reset() if step == 0 else world.step(draw.choice(atlas.NAMES))).text
        told, state = atlas.observe(state, seen(text, step=step), Files())
        rows = text.partition("\nMap:\n")[2].split("\n")[:21]
        cells = "".join([" " * 80, *(row[:79].ljust(80) for row in rows)]).ljust(80 * 23)
        here = re.search(r"you are at (\d+),(\d+)", told)
        if here is None:
            continue
        start = int(here[1]) * 80 + int(here[2])
        assert cells[start] == "@"
        (clear,) = re.findall(r"^Clear: (.+)\.$", told, re.MULTILINE)
        for way, far in re.findall(r"(\w+) (\d+)", clear):
            passed = [cells[start + n * ways[way]] for n in range(1, int(far) + 1)]
            assert not set(passed) & set("`0^@abcdefghijklmnopqrstuvwxyz")
    world.close()


_MAPS = st.lists(st.text(alphabet=" .#-|+@>r`^}é\t", max_size=90), max_size=25).map("\n".join)


@given(maps=st.lists(_MAPS, max_size=3), row=st.integers(0, 99), column=st.integers(0, 99))
def test_no_map_breaks_it(maps, row, column):
    state = {}
    for step, drawn in enumerate(maps):
        text = (
            f"Message: x\n\nCursor: row {row}, column {column}, on yourself\n\nMap:\n{drawn}\n\n"
            f"Status:\nDlvl:{step} $:0 HP:3(14)"
        )
        told, state = atlas.observe(state, seen(text, step=step), Files())
        assert len(replies.text(told)) < 1000
        replies.state(state)
