"""What a map means for walking, and the ways over it."""

from automem_graph.models.player.nethack.routes import reach
from automem_graph.models.player.nethack.terrain import terrain


def test_an_open_door_runs_across_its_wall(look, cell, draw):
    land = look(draw("---|--", "|.@..-", "|....|", "------")).land
    assert land.doors == {cell(3, 0), cell(5, 1)}


def test_a_door_next_to_a_corner_is_a_door_and_the_corner_is_not(look, cell, draw):
    land = look(draw("-----", "|..@-", "-----")).land
    assert land.doors == {cell(4, 1)}


def test_a_closed_door_is_no_book(look, cell, draw):
    land = look(draw("|..|", "|.@+", "|+.|", "|..|")).land
    assert land.is_shut(cell(3, 1))
    assert not land.is_shut(cell(1, 2))


def test_seen_from_a_corridor_a_door_stands_alone(look, cell, draw):
    assert look(draw("@#-")).land.doors == {cell(2, 0)}
    assert look(draw("@#+")).land.is_shut(cell(2, 0))


def test_walls_lava_and_the_unknown_are_not_walked_on(look, cell, draw):
    scene = look(draw("-------", "|.@.}.|", "-------"))
    assert set(scene.reach) == {cell(1, 1), cell(3, 1)}


def test_the_way_into_a_door_is_straight(look, cell, draw):
    scene = look(draw("|@.|", "|..-.", "----"))
    assert scene.reach.first[cell(4, 1)] in ("east", "south", "southeast")
    assert scene.reach.steps[cell(3, 1)] == 2, "not slanting past the corner"


def test_of_equal_ways_the_one_straight_on_is_taken(draw, cell, look):
    land = terrain(look(draw("...", ".@.", "...")).sight.cells)
    both = {cell(2, 1), cell(0, 1)}
    assert reach(land, cell(1, 1), "west").way_to(both) == "west"
    assert reach(land, cell(1, 1), "east").way_to(both) == "east"


def test_what_failed_before_is_no_way(look, cell, draw):
    now = draw("@`.", "...")
    assert look(now).rough_reach.first[cell(1, 0)] == "east"
    scene = look(now, before=now, last="east")
    assert cell(1, 0) in scene.rough_reach.steps
    assert scene.rough_reach.first[cell(1, 0)] != "east"


def test_where_one_has_walked_there_is_ground_even_if_the_dark_hides_it(look, cell, draw):
    now = draw("@ .")
    assert cell(2, 0) not in look(now).reach.steps
    remembered = look(now, file="Walked in row 5: 31")
    assert remembered.reach.steps[cell(2, 0)] == 2
