"""Parts that look at the committed action: other words for it, and what cannot succeed."""

import random

import crafter
import pytest

from automem_graph.agent.take import admit
from automem_graph.worlds.crafter.card import CARD
from automem_graph.worlds.crafter.world import CrafterWorld
from automem_graph.worlds.nethack.card import card
from support.parts import Files, load, seen

spelling, needs = map(load, ("spelling", "needs"))
CRAFTER = "You face nothing.\n\nYour status: health 9/9.\nYour inventory: nothing."
NETHACK = "Message: (none)\n\nMap:\n  @"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Move Left", "Move West"),
        ("move_up", "Move North"),
        ("go south (towards the tree)", "Move South"),
        ('"east".', "Move East"),
        ("collect wood", "Do"),
        ("Craft a wooden pickaxe", "Make Wood Pickaxe"),
        ("make iron sword", "Make Iron Sword"),
        ("place crafting table", "Place Table"),
        ("plant sapling", "Place Plant"),
        ("wait", "Noop"),
        ("turn left", "Move West"),
        ("build a furnace", "Place Furnace"),
        ("put down stone", "Place Stone"),
        ("go to sleep", "Sleep"),
    ],
)
def test_near_misses_are_actions_of_crafter(said, meant):
    assert admit(CARD, spelling.canonicalise(said, seen(CRAFTER))) == (meant, "")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("go north", "north"),
        ("move north-east", "northeast"),
        ("north west", "northwest"),
        ("descend the stairs", "down"),
        ("pick up", "pickup"),
        ("far east", "far east"),
        ("run west", "far west"),
        ("go far south-east", "far southeast"),
        ("attack north", "north"),
        ("kick the door", "kick"),
        ("search for hidden doors", "search"),
        ("take off the boots", "takeoff"),
        ("drink a potion", "quaff"),
        ("confirm", "more"),
        ("`search`", "search"),
        ("Y", "Y"),
    ],
)
def test_near_misses_are_actions_of_nethack(said, meant):
    assert admit(card(()), spelling.canonicalise(said, seen(NETHACK))) == (meant, "")


@pytest.mark.parametrize(("task", "text"), [(CARD, CRAFTER), (card(()), NETHACK)])
def test_an_action_that_there_is_stays_what_it_is(task, text):
    for action in task.actions:
        assert admit(task, spelling.canonicalise(action, seen(text))) == (action, "")


def test_what_is_not_known_stays():
    assert spelling.canonicalise("Right", seen("You stand in room 3.")) == "Right"
    assert spelling.canonicalise("( " * 9000, seen(CRAFTER)) == "( " * 9000
    assert spelling.canonicalise("sing", seen(CRAFTER)) == "sing"


def test_the_costs_are_crafter_s():
    rules = {
        f"{verb.title()} {name.replace('_', ' ').title()}": dict(rule["uses"])
        for verb in ("place", "make")
        for name, rule in getattr(crafter.constants, verb).items()
    }
    assert rules == needs.USES
    tools = {
        name: tool.replace("_", " ")
        for name, rule in crafter.constants.collect.items()
        for tool in rule["require"]
        if name in needs.TOOLS
    }
    assert tools == needs.TOOLS


@pytest.mark.parametrize(
    ("action", "text", "why"),
    [
        ("Place Table", "nothing", "it takes wood 2; you carry wood 0"),
        ("make_wood_pickaxe", "wood 1", "no table is next to you"),
        ("Do", "wood 1", "stone takes a wood pickaxe"),
        ("Place Stone", "stone 1", "stone is in front of you"),
        ("Do", "wood pickaxe 1", None),
        ("Sing", "nothing", None),
    ],
)
def test_what_cannot_succeed_is_sent_back(action, text, why):
    known = seen(f"You face stone.\n\nYour status: health 9/9.\nYour inventory: {text}.")
    said = needs.review(action, {}, known, Files())
    assert said == (why and f"{action.replace('_', ' ').title()} would do nothing: {why}.")


@pytest.mark.parametrize("seed", [42, 44, 47])
def test_no_action_is_sent_back_that_would_have_done_something(seed):
    """A walk that takes what is sent back as well: nothing carried may change then."""
    world, chance = CrafterWorld(seed), random.Random(seed)
    text, sent_back = world.reset().text, 0
    for _ in range(400):
        action = chance.choice([*CARD.actions, *["Do"] * 6, *CARD.actions[1:5] * 2])
        why = needs.review(action, {}, seen(text), Files())
        answer = world.step(action)
        if why:
            sent_back += 1
            assert _carried(text) == _carried(answer.text), (action, why)
        text = answer.text
        if answer.done:
            break
    assert sent_back > 20


def _carried(text):
    return text.partition("Your inventory")[2]


def test_a_fact_has_one_line_whatever_is_said_of_it():
    fact, files = load("facts").fact, Files()
    for about, text in (("Ann home", "Graz"), ("car", "a Saab"), ("ann  home", "Linz:\nin town")):
        said, edits = fact(files, about, text)
        files.apply(edits)
    assert files.texts["facts.md"] == "car: a Saab\nann home: Linz: in town\n"
    assert said == "Set in facts.md. It said before: Ann home: Graz"
    assert fact(files, "a: b", "c")[1][0][2].endswith("\na b: c")
