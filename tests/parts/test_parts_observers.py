"""Parts that tell something at each step: position, inventory, loops, survey."""

import random
import re

import pytest

from automem_graph.worlds.crafter.card import CARD
from automem_graph.worlds.crafter.world import CrafterWorld
from automem_graph.worlds.registry import find_task
from support.parts import Files, load, seen

position, inventory, loops, survey = map(load, ("position", "inventory", "loops", "survey"))


def walk(world, actions):
    """What is seen at each step of a walk, with the world's answer."""
    answer, previous, action = world.reset(), "", ""
    for step in range(300):
        yield seen(answer.text, step=step, last_action=action, previous=previous), answer
        if answer.done:
            return
        previous = answer.text
        action = "Noop" if "lava" in previous else actions(step)
        answer = world.step(action)


@pytest.mark.parametrize("seed", [42, 46])
def test_the_tracked_position_is_the_world_s(seed):
    chance, state = random.Random(seed), {}
    moves = [name for name in CARD.actions if name.startswith("Move")]
    names = [*moves * 2, "Do", "Do", "Sleep", "Place Stone"]
    for known, answer in walk(CrafterWorld(seed), lambda _: chance.choice(names)):
        notes, state = position.observe(state, known, Files())
        x, y = answer.facts["position"]
        assert notes == f"Position: {x - 32}, {y - 32}, facing {answer.facts['facing']}."


def test_without_its_state_or_in_another_game_no_position_is_told():
    text = "You see nothing but open ground.\n\nYou face nothing."
    assert position.observe({}, seen(text, step=9), Files()) == ("", {})
    assert position.observe({}, seen("You stand in room 3."), Files()) == ("", {})


def change(before, now):
    return inventory.observe({}, seen(now, previous=before, step=1), Files())[0]


def test_what_came_and_what_went_is_told():
    crafter = "Your inventory: {}."
    before, now = crafter.format("wood 3, coal 1"), crafter.format("wood 1, wood pickaxe 1")
    assert change(before, now) == "Inventory change: wood -2; coal -1; wood pickaxe +1."
    assert change(now, now) == ""
    assert change("", now) == ""
    before = "Inventory:\na - 2 arrows\nb - a dagger\n\nMessage: b - a sword"
    now = "Inventory:\na - an arrow\nc - a sword"
    assert change(before, now) == (
        "Inventory change: a is now an arrow; b is gone (a dagger); c is now a sword."
    )


def follow(*steps):
    """What is told at the end of steps given as (action, observation)."""
    state, notes = {}, ""
    for step, (action, text) in enumerate(steps):
        notes, state = loops.observe(state, seen(text, step=step, last_action=action), Files())
    return notes


def test_actions_that_repeat_a_pattern_are_told():
    there_and_back = [("", "0")] + [("West", "1"), ("East", "2")] * 2 + [("West", "3")]
    assert follow(*there_and_back) == ""
    assert follow(*there_and_back, ("East", "4")) == (
        "Loop: your last 6 actions only repeat West, East."
    )
    assert "only repeat a, b, c." in follow(("", ""), *[(a, a) for a in "abcabcabc"])


def test_a_tunnel_is_no_loop_and_a_wall_is_one():
    dig = ["Do", "Move North"] * 4
    assert follow(("", ""), *[(action, str(n)) for n, action in enumerate(dig)]) == ""
    assert follow(("", ""), *[(action, action) for action in dig]) != ""


def test_a_long_walk_is_no_loop():
    assert follow(("", "start"), *[("East", str(n)) for n in range(20)]) == ""
    same = "You see nothing but open ground."
    assert follow(*[(str(n), same if n % 2 else str(n)) for n in range(12)]) == ""


def test_views_that_come_back_are_told_but_not_standing_still():
    steps = [("a", "x"), ("b", "y"), ("c", "y"), ("d", "x"), ("e", "x"), ("f", "z")]
    assert follow(*steps) == ""
    assert follow(*steps, ("g", "x")) == "Loop: what you see now you came to at steps 0, 3, 6."
    assert follow(*steps, ("g", "x"), ("h", "x")) == ""


def test_in_nethack_the_cursor_tells_the_view():
    text = "Cursor: row {}, column 5, {}\n\nMap:\n{}\n\nStatus:\nDlvl:1 T:{}"

    def at(row, turn, where="on yourself"):
        return str(turn), text.format(row, where, "d" * turn, turn)

    steps = [at(3, 1), at(4, 2), at(3, 3), at(4, 4), at(3, 5)]
    assert follow(*steps) == "Loop: what you see now you came to at steps 0, 2, 4."
    assert follow(*[at(row, n, "in the message line") for n, row in enumerate([0, 3] * 3)]) == ""


def test_a_gap_begins_the_trail_anew():
    trail = [[step, "a", step % 2] for step in range(6)]
    notes, state = loops.observe({"trail": trail}, seen("x", step=9, last_action="a"), Files())
    assert (notes, len(state["trail"])) == ("", 1)


def test_a_survey_reads_the_map_and_the_status_of_a_real_game():
    world = find_task("nethack").open(43)
    previous = ""
    for step, action in enumerate(["east", "west", "far west", "search", "north"]):
        text = (world.reset() if step == 0 else world.step(action)).text
        notes, _ = survey.observe({}, seen(text, step=step, previous=previous), Files())
        rows = text.partition("\nMap:\n")[2].split("\n")
        for row, column in re.findall(r"(\d+),(\d+)", notes.partition("(row,column)")[2]):
            assert rows[int(row) - 1][int(column)] in survey.LANDMARKS
        cursor = re.search(r"row (\d+), column (\d+)", text)
        assert rows[int(cursor[1]) - 1][int(cursor[2])] == "@"
        previous = text
    world.close()
    assert "stairs up < at" in notes


def screen(status, *rows):
    return "\n".join(["Map:", *rows, "", "Status:", "Agent the Digger", status])


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("Dlvl:1 $:0 HP:14(14) Pw:3(3) AC:7 Xp:1/0 T:1", "Dlvl:1 $:0 HP:14(14) T:2", ""),
        ("Dlvl:1 $:0 HP:14(14) T:1", "Dlvl:1 $:7 HP:9(14) T:2", "HP 9 of 14 (-5)."),
        ("Dlvl:1 $:0 HP:3(14) T:1", "Dlvl:1 $:7 HP:4(14) T:2", "HP 4 of 14 (+1), LOW."),
        (
            "Dlvl:1 $:0 HP:14(14) T:1",
            "Dlvl:2 $:7 HP:14(14) Pw:1(1) AC:7 Xp:1/0 T:2 Hungry Conf",
            "You came from level 1 to 2. You are Hungry, Conf.",
        ),
    ],
)
def test_a_survey_tells_what_the_body_went_through(before, now, told):
    known = seen(screen(now), previous=screen(before), step=1)
    assert survey.observe({}, known, Files()) == (told, {})


def test_a_survey_names_landmarks_and_is_silent_elsewhere():
    text = screen("Dlvl:1 $:0 HP:14(14) T:1", "", "  |.>+|", "  |@..+")
    assert survey.observe({}, seen(text), Files())[0] == (
        "On the map (row,column): stairs down > at 2,4, doors or spellbooks + at 2,5; 3,6."
    )
    assert survey.observe({"a": 1}, seen("You face tree."), Files()) == ("", {"a": 1})
