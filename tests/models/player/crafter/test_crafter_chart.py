"""What observations tell about cells, and how a map is kept in lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.player.crafter.bearings import Bearings
from automem_graph.models.player.crafter.chart import LAVA, OPEN, RISKY, SEEN, UNSEEN, Chart, spots
from automem_graph.models.player.crafter.reading import Thing, sights

HERE = Bearings(0, 0, "north")


@pytest.fixture
def looked(see):
    def looked(*things, here=HERE, chart=None, **state):
        chart = chart or Chart()
        chart.look(here, sights(see(*things, **state))[0])
        return chart

    return looked


def test_nothing_in_view_is_open_ground_all_around(looked):
    chart = looked()
    assert {chart.mark((x, y)) for x in range(-4, 5) for y in range(-3, 4)} == {OPEN}
    assert chart.mark((5, 0)) == UNSEEN


def test_nothing_is_nearer_than_the_nearest(looked):
    chart = looked(("tree", 3, 0))
    assert chart.mark((3, 0)) == "T"
    assert chart.mark((1, 1)) == OPEN
    assert chart.mark((-3, 0)) == OPEN, "of equally near ones the westernmost is told"
    assert chart.mark((2, 2)) == SEEN, "another tree may stand there"


def test_a_slant_leaves_the_cell_open_until_it_is_seen_from_elsewhere(looked):
    chart = looked(("tree", 2, 1))
    assert {chart.mark((2, 1)), chart.mark((1, 2))} == {SEEN}
    chart = looked(("tree", 1, 1), here=Bearings(1, 0, "east"), chart=chart)
    assert (chart.mark((2, 1)), chart.mark((1, 2))) == ("T", OPEN)


def test_what_is_worth_remembering_is_guessed_and_corrected(looked):
    chart = looked(("iron", 2, 1))
    assert "i" in (chart.mark((2, 1)), chart.mark((1, 2)))
    chart = looked(here=Bearings(1, 1, "east"), chart=chart)
    assert "i" not in chart.cells


def test_what_may_be_lava_is_not_walked_on(looked):
    chart = looked(("lava", -1, 0))
    assert chart.mark((-1, 0)) == LAVA
    assert chart.mark((1, 0)) == LAVA, "one to the west may hide one to the east"
    assert chart.mark((2, 2)) == RISKY
    chart = looked(("lava", -2, 0), here=Bearings(1, 0, "east"), chart=chart)
    assert chart.mark((2, 0)) == OPEN


def test_creatures_stand_on_open_ground(looked):
    assert looked(("cow", 1, 0), facing=None).mark((1, 0)) == OPEN


def test_the_lines_of_a_map_give_the_map_back(looked):
    chart = looked(("water", 2, 0), here=Bearings(-3, 6, "west"))
    lines = [f"{key}: {rows}" for key, rows in chart.changes(Bearings(-3, 6, "west"), Chart())]
    assert Chart("\n".join(lines)).cells == chart.cells
    assert list(chart.changes(Bearings(-3, 6, "west"), chart)) == []


def test_beyond_the_edge_there_is_nothing(looked):
    chart = looked(here=Bearings(31, -32, "north"))
    assert chart.mark((31, -31)) == OPEN
    assert chart.mark((32, -32)) == chart.mark((400, 400)) == "#"


def test_where_table_and_furnace_are_at_hand(looked):
    chart = looked(("table", -1, 0), ("furnace", 1, 0), facing=None)
    assert (0, 0) in chart.beside(["table", "furnace"])
    assert chart.beside(["table", "furnace"]) <= {(0, -1), (0, 0), (0, 1)}


def test_spots_of_a_thing():
    assert spots(Thing("tree", 2, ("north",))) == ((0, -2),)
    assert spots(Thing("tree", 3, ("north", "west"))) == ((-2, -1), (-1, -2))


@given(st.text(st.sampled_from("-0123456789,: ?_./Tws\n"), max_size=400))
def test_any_text_gives_some_map(text):
    assert len(Chart(text + "\n0,0: " + "/".join(["........"] * 8)).cells) == 66 * 66
