"""The terminal's text as data."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.player.nethack.grid import SIZE, between, index, wind
from automem_graph.models.player.nethack.reading import sights


def test_an_observation_is_read_section_by_section(draw, cell):
    text = draw(
        "-----",
        "|.@r|",
        "-----",
        message="You hit the newt.  It bites!",
        things=["sewer rat, adjacent, east", "wall, adjacent, north, north-east (2) and south"],
        status="HP:3(14) T:120 Weak",
        items=["a - a long sword (weapon in hand)", "f - 2 food rations"],
    )
    (seen,) = sights(text)
    assert seen.message == "You hit the newt.  It bites!"
    assert seen.at == cell(2, 1)
    assert seen.cells[cell(3, 1)] == "r"
    assert [(thing.kind, thing.adjacent) for thing in seen.things] == [
        ("sewer rat", ["east"]),
        ("wall", ["north", "north-east", "south"]),
    ]
    assert (seen.level, seen.turn, seen.hunger) == (1, 120, "Weak")
    assert (seen.figures["HP"], seen.figures["HP of"]) == (3, 14)
    assert seen.inventory[1] == ("f", "2 food rations")


def test_no_message_and_nothing_about(draw):
    (seen,) = sights(draw("@"))
    assert (seen.message, seen.things, seen.inventory, seen.turn) == ("", (), (), None)


def test_things_further_off_are_not_beside(draw):
    (seen,) = sights(draw("@", things=["newt, very near, east", "newt, 1 step, north"]))
    assert [thing.adjacent for thing in seen.things] == [[], ["north"]]
    assert [thing.close for thing in seen.things] == [1, 1]


def test_observations_are_read_in_order(draw):
    texts = [draw("@", message=word) for word in ("one", "two", "three")]
    assert [seen.message for seen in sights("\n\n".join(texts))] == ["one", "two", "three"]


def test_while_something_is_asked_nobody_tells_where_the_player_is(draw):
    assert sights(draw("@", asked=True))[0].at is None


def test_winds_and_straight_walks(cell):
    assert wind(cell(5, 5), cell(5, 2)) == "north"
    assert wind(cell(5, 5), cell(8, 8)) == "south-east"
    assert wind(cell(5, 5), cell(1, 6)) == "west-south-west"
    assert list(between(cell(1, 1), cell(3, 3))) == [cell(1, 1), cell(2, 2), cell(3, 3)]
    assert list(between(cell(1, 1), cell(3, 2))) == [cell(3, 2)], "not straight: who knows how"
    assert index(0, 5) is index(22, 5) is index(3, 79) is None


PIECES = st.sampled_from(
    ["\nMap:\n", "\n\nStatus:", "\n\nInventory:\n", "Message: ", "Cursor: row 3, column 99,",
     " on yourself", "\n- newt, adjacent, north", "@" * 90, "\n" * 30, "Dlvl:9", "HP:1(2)", "٣"]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=20))).map("".join))
def test_any_text_gives_maps_of_one_size(text):
    assert all(len(seen.cells) == SIZE for seen in sights(text))
