"""The world's text as data."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.player.crafter.reading import Sight, Thing, directions, sights


def test_a_sight_is_read_in_full(see):
    text = see(
        ("tree", -2, -1),
        ("water", 0, 1),
        ("skeleton", 3, 0),
        facing="water",
        asleep=True,
        inventory={"wood": 2, "wood_pickaxe": 1},
        food=3,
        energy=0,
    )
    assert sights(text) == (
        Sight(
            things=(
                Thing("water", 1, ("south",)),
                Thing("skeleton", 3, ("east",)),
                Thing("tree", 3, ("north", "west")),
            ),
            facing="water",
            vitals={"health": 9, "food": 3, "drink": 9, "energy": 0},
            inventory={"wood": 2, "wood pickaxe": 1},
            asleep=True,
        ),
    )


def test_open_ground_and_empty_hands_are_nothing(see):
    (sight,) = sights(see())
    assert (sight.things, sight.facing, dict(sight.inventory)) == ((), None, {})


def test_sights_come_in_the_order_of_the_text(see):
    text = (
        f"Before:\n{see(facing='tree')}\n\nNow:\n{see(facing='stone')}\n\nYour files:\n- a (1 line)"
    )
    assert [sight.facing for sight in sights(text)] == ["tree", "stone"]


def test_a_sleeper_of_the_past_does_not_make_a_sleeper_now(see):
    assert [sight.asleep for sight in sights(see(asleep=True) + "\n" + see())] == [True, False]


def test_what_the_text_does_not_tell_counts_as_well():
    (sight,) = sights("Your inventory: nothing.")
    assert sight.vital("drink") == 9
    assert not sight.has("wood")


def test_beside_is_one_step_and_at_hand_includes_the_corners():
    assert Thing("table", 1, ("north",)).beside
    assert Thing("table", 2, ("north", "west")).at_hand
    assert not Thing("table", 2, ("north",)).at_hand
    assert not Thing("table", 3, ("north", "west")).at_hand


def test_no_direction_in_other_words():
    assert directions("north-east") == ("north", "east")
    assert directions("left") == ()


@given(st.text(st.sampled_from("You see:\n- tree 12 steps to your north-west.Your inventory: 9/")))
def test_any_text_gives_things_with_a_direction_and_a_distance(text):
    for sight in sights(text + "\nYour inventory:" + text):
        assert all(thing.where and thing.steps for thing in sight.things)
