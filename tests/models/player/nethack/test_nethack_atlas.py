"""What the player does with an atlas in the notes, and that it does nothing of it without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.player.nethack.atlas import Atlas, read_atlas
from automem_graph.models.player.turn import reply

FAR = ("far north", "far south", "far east", "far west", "travel", "wait", *"123456789")
HALL = ("-----------", "@..........", "-----------")


@pytest.fixture
def act(tell, card):
    """The action committed in PLAN; the text of a step may have an atlas at its end."""
    far = card.model_copy(update={"actions": (*card.actions, *FAR)})

    def act(now, *atlas, before=None, last="esc"):
        told = "\n".join([now, "", *atlas]) if atlas else now
        answer = reply(tell(told, card=far, before=before or now, last=last).messages)
        return answer.removeprefix("<|ACTION|>").removesuffix("<|END|>")

    return act


def atlas(*lines, times=""):
    return (f"Atlas of level 1: you are at 6,30{times}.", *lines)


def test_what_an_atlas_tells_is_read():
    told = "\n".join(
        [
            "Atlas of level 3: you are at 12,33, for 4 steps so far.",
            "Clear: east 9, south 3.",
            "Worn: south 20.",
            "Unexplored: 9,45 (12 steps, 30 dark); 14,20 (15 steps, 8 dark).",
            "Creatures lately: 2.",
            "Quiet: no creature is in view.",
        ]
    )
    clear, dark = {"east": 9, "south": 3}, {9 * 80 + 45: 30, 14 * 80 + 20: 8}
    assert read_atlas(told) == Atlas(clear, {"south": 20}, dark, 4, 2, True)
    assert read_atlas("no such notes") is None


@given(st.text(max_size=80).map("Atlas of level {}".format) | st.text(max_size=80))
def test_no_text_breaks_the_reading(text):
    read_atlas(text)


def test_a_clear_way_is_run_and_only_where_an_atlas_tells(act, draw):
    hall = draw(*HALL)
    assert act(hall) == "east"
    assert act(hall, *atlas("Clear: east 10.")) == "far east"
    assert act(hall, *atlas("Clear: no way.")) == "east"
    assert act(hall, *atlas("Clear: east 10.", times=", for 9 steps so far")) == "east"


def test_part_of_a_clear_way_takes_a_number(act, draw):
    stairs = draw("-------", "@...>...", "-------")
    near = atlas("Clear: east 7.")
    assert act(stairs, *near) == "4"
    assert act(stairs, *near, before=stairs, last="4") == "east"


def test_a_journey_to_the_stairs_takes_three_actions(act, draw):
    hall = ("-----------", "@........>.", "-----------")
    told = atlas("Clear: east 10.")
    assert act(draw(*hall), *told) == "travel"
    asks = draw(*hall, message="Where do you want to travel to?  (For instructions type a '?')")
    assert act(asks, *told, before=draw(*hall), last="travel") == "down"
    chosen = draw(*hall, message="staircase down", asked=True)
    assert act(chosen, *told, before=asks, last="down") == "wait"


def test_a_place_is_searched_many_times_at_once(act, draw):
    closet = draw("---", "|@|", "---")
    told = atlas("Clear: no way.")
    assert act(closet) == "search"
    assert act(closet, *told) == "1"
    assert act(closet, *told, before=closet, last="1") == "5"
    counted = draw("---", "|@|", "---", message="Count: 15", asked=True)
    assert act(counted, before=closet, last="5") == "search"


def test_a_search_that_was_counted_is_remembered_as_so_many(look, draw):
    closet = draw("---", "|@|", "---")
    counted = draw("---", "|@|", "---", message="Count: 15", asked=True)
    scene = look(closet, before=counted, last="search")
    assert scene.notes.tries(scene.here, "search") == 15


def test_a_run_is_remembered_as_walked_round_its_bends(look, draw):
    before, now = draw("@#", "", "", ""), draw("##", "  #", "   #", "   @")
    scene = look(now, before=before, last="far east")
    assert {scene.here - 80, scene.here - 2 * 80 - 1} <= scene.notes.walked


def test_the_hurt_rest_where_it_is_quiet(act, draw):
    told = atlas("Clear: east 10.", "Quiet: no creature is in view.")
    hurt = draw(*HALL, status="HP:6(14)")
    assert act(hurt, *told) == "9"
    assert act(hurt, *told[:2]) == "far east"
    assert act(draw(*HALL, status="HP:6(14)", message="You stop searching."), *told) == "far east"


def test_a_pack_is_awaited_where_it_is_narrow(act, draw):
    corridor = draw("####@", status="HP:14(14)")
    told = atlas("Clear: west 4.", "Creatures lately: 3.")
    assert act(corridor, *told) == "search"
    assert act(corridor, told[0], "Clear: west 4.", "Creatures lately: 1.") != "search"


def test_what_is_worn_is_left_for_what_is_new(act, draw):
    fork = draw(".@.")
    worn = atlas("Clear: west 1, east 1.", "Worn: west 9.")
    assert act(fork, *worn) == "far east"
    assert act(fork, worn[0], worn[1], "Worn: east 9.") == "far west"
