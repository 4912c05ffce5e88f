"""What an action changed."""

import pytest

from automem_graph.models.player.crafter.events import blocked, deeds, lost
from automem_graph.models.player.crafter.reading import sights


@pytest.fixture
def look(see):
    def look(*things, **state):
        return sights(see(*things, **state))[0]

    return look


def test_the_first_of_an_item_is_a_deed_and_the_second_is_not(look):
    none, one, two = (look(inventory={"wood": n} if n else {}) for n in range(3))
    assert deeds(none, one, "Do") == ["collect wood"]
    assert deeds(one, two, "Do") == []


def test_a_tool_and_a_building(look):
    wood, less = look(inventory={"wood": 4}), look(inventory={"wood": 2})
    made = look(inventory={"wood": 3, "wood_pickaxe": 1})
    assert deeds(wood, made, "Make Wood Pickaxe") == ["make wood pickaxe"]
    assert deeds(wood, less, "Place Table") == ["place table"]
    assert deeds(wood, wood, "Place Table") == [], "nothing was spent: nothing was placed"


def test_drinking_eating_and_waking(look):
    assert deeds(look(drink=3), look(drink=4), "Do") == ["collect drink"]
    assert deeds(look(facing="cow", food=3), look(food=9), "Do") == ["eat cow"]
    assert deeds(look(facing="plant", food=3), look(food=7), "Do") == ["eat plant"]
    assert deeds(look(asleep=True), look(), "Sleep") == ["wake up"]
    assert deeds(look(asleep=True), look(health=2), "Sleep") == [], "hurt awake is no waking up"


def test_a_zombie_that_is_gone_after_a_blow_is_defeated(look):
    faced = look(("zombie", 1, 0), facing="zombie")
    assert deeds(faced, look(), "Do") == ["defeat zombie"]
    assert deeds(faced, faced, "Do") == []


def test_what_cannot_be_cleared_is_in_the_way(look):
    open_ground, bank = look(), look(("water", 0, -1), facing="water")
    assert blocked(open_ground, bank, "Move North") == ["water blocks the way north."]
    rock = look(("stone", 1, 0), facing="stone")
    assert blocked(open_ground, rock, "Move East") == ["stone blocks the way east."]
    armed = look(("stone", 1, 0), facing="stone", inventory={"wood_pickaxe": 1})
    assert blocked(open_ground, armed, "Move East") == []
    assert blocked(look(), look(("cow", 1, 0), facing="cow"), "Move East") == []
    assert blocked(open_ground, bank, "Do") == []


def test_a_move_that_changes_nothing_met_the_edge(look):
    here = look(("tree", -3, 0))
    assert blocked(here, here, "Move East") == ["the edge of the map blocks the way east."]


def test_useful_things_that_go_out_of_view_are_remembered(look):
    before = look(("water", -4, 1), ("arrow", 1, 1))
    assert [thing.kind for thing in lost(before, look())] == ["water"]
    assert lost(before, before) == []
