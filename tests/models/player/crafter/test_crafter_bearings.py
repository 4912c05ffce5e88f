"""Dead reckoning: what a move did, from what was seen before and after it."""

import pytest

from automem_graph.models.player.conversation import moment
from automem_graph.models.player.crafter.bearings import Bearings, bearings, reckon
from automem_graph.models.player.crafter.reading import sights


def read(messages):
    return moment(messages, sights)


@pytest.fixture
def moved(see):
    def moved(before, action, now, heading="south", at=(0, 0)):
        then = Bearings(*at, heading)
        return reckon(then, sights(before)[0], sights(now)[0], action)

    return moved


def test_open_ground_is_walked_on(see, moved):
    assert moved(see(), "Move North", see()) == Bearings(0, -1, "north")
    assert moved(see(), "Move East", see()) == Bearings(1, 0, "east")


def test_what_is_faced_blocks_the_way_that_is_faced(see, moved):
    tree = see(("tree", 0, 1), facing="tree")
    assert moved(tree, "Move South", tree) == Bearings(0, 0, "south")


def test_what_stands_beside_blocks_and_turns(see, moved):
    now = see(("tree", -1, 0), facing="tree")
    assert moved(see(("tree", -1, 0)), "Move West", now) == Bearings(0, 0, "west")


def test_a_second_of_a_kind_may_hide_behind_the_one_that_is_told(see, moved):
    before = see(("stone", -1, 0), ("water", 2, 3))
    blocked = see(("stone", -1, 0), ("water", 2, 3), facing="stone")
    assert moved(before, "Move North", blocked) == Bearings(0, 0, "north")
    on = see(("stone", 0, -1), ("water", 2, 4), facing="stone")
    assert moved(before, "Move North", on) == Bearings(0, -1, "north")


def test_asleep_and_at_the_edge_nobody_moves(see, moved):
    assert moved(see(asleep=True, energy=4), "Move North", see()) == Bearings()
    assert moved(see(), "Move East", see(), at=(31, 0)) == Bearings(31, 0, "east")


def test_other_actions_leave_the_heading(see, moved):
    assert moved(see(), "Do", see(), heading="west") == Bearings(0, 0, "west")


def test_the_prompt_s_position_counts(see, talk):
    told = talk(notes="Position: 3, -2, facing east.").plan(see())
    assert bearings(read(told.messages)) == Bearings(3, -2, "east")


def test_without_any_offer_there_is_no_position(see, talk):
    assert bearings(read(talk(step=0).plan(see()).messages)) is None
    assert bearings(read(talk(step=0, offers=["status"]).plan(see()).messages)) == Bearings()
