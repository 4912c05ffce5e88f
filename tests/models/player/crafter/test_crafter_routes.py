"""Ways over a chart, and rooms to rest in."""

import pytest

from automem_graph.models.player.crafter.bearings import EDGE, Bearings
from automem_graph.models.player.crafter.chart import Chart
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.routes import Goal, route, step_costs
from automem_graph.models.player.crafter.shelter import best_room, close_up, is_closed

BARE = Sight()
MINER = Sight(inventory={"wood pickaxe": 1, "stone": 9})
FIELD = [*["." * 25] * 12, "." * 12 + "@" + "." * 12, *["." * 25] * 12]


@pytest.fixture
def drawn():
    """A chart of a drawing around its `@`, and where that is; all else is unseen."""

    def drawn(*rows, heading="north"):
        y = next(n for n, row in enumerate(rows) if "@" in row)
        x = rows[y].index("@")
        chart = Chart()
        for dy, row in enumerate(rows):
            for dx, mark in enumerate(row):
                chart.cells[chart.index((dx - x, dy - y))] = "." if mark == "@" else mark
        return chart, Bearings(0, 0, heading)

    return drawn


def test_the_way_goes_around_what_cannot_be_passed(drawn):
    chart, here = drawn("w....", "@w.i.", ".w...", ".....")
    found = route(chart, here, step_costs(BARE), Goal("i"))
    assert (found.way, found.end, found.cost) == ("south", (3, 0), pytest.approx(7.01))


def test_a_miner_goes_through(drawn):
    chart, here = drawn("sssss", "@ssi.", "sssss")
    assert route(chart, here, step_costs(BARE), Goal("i")) is None
    assert route(chart, here, step_costs(MINER), Goal("i")).way == "east"


def test_the_nearest_goal_counts_and_what_stands_in_the_way_is_avoided(drawn):
    chart, here = drawn("T..@.T")
    assert route(chart, here, step_costs(BARE), Goal("T")).way == "east"
    assert route(chart, here, step_costs(BARE), Goal("T"), avoid={(1, 0)}).way == "west"


def test_the_unseen_is_sought_near_rock(drawn):
    chart, here = drawn(*["." * 28] * 7, "." * 16 + "@" + "." * 9 + "ss", *["." * 28] * 7)
    near = route(chart, here, step_costs(BARE), Goal("?"))
    assert near.way in ("north", "south"), "eight steps, against twelve"
    rock = route(chart, here, step_costs(MINER), Goal("?", near="s"))
    assert rock.end[0] == 12


def test_a_tunnel_is_closed_with_one_stone(drawn):
    chart, here = drawn("sssss", "ss.ss", "ss@ss", "ss.ss", ".....", heading="south")
    room = best_room(chart, here, MINER)
    assert here.cell in room.cells
    assert not is_closed(chart, here, MINER)
    assert close_up(room, chart, here, MINER) == "Place Stone"


def test_a_closed_room_is_left_as_it_is(drawn):
    chart, here = drawn("ssss", "s@.s", "ssss")
    assert is_closed(chart, here, MINER)
    assert best_room(chart, here, MINER).closed


def test_open_ground_takes_four_cells_and_eight_stones(drawn):
    chart, here = drawn(*FIELD)
    room = best_room(chart, here, MINER)
    assert (len(room.cells), len(room.openings)) == (4, 8)
    assert best_room(chart, here, Sight(inventory={"stone": 7})) is None


def test_no_room_beside_lava(drawn):
    chart, here = drawn("LLLL", "L@.L", "LLLL")
    assert best_room(chart, here, MINER) is None


def test_closing_a_room_is_a_matter_of_moves_and_stones(drawn):
    """The rules of Crafter, played out on an open field: every room gets closed."""
    chart, here = drawn(*FIELD)
    stones = 9
    for _ in range(60):
        ahead = here.ahead(here.heading)
        facing = "stone" if chart.mark(ahead) == "s" else None
        sight = Sight(facing=facing, inventory={"stone": stones, "wood pickaxe": 1})
        if is_closed(chart, here, sight):
            break
        room = best_room(chart, here, sight)
        todo = close_up(room, chart, here, sight) if here.cell in room.cells else None
        if todo == "Place Stone":
            stones -= 1
            chart.cells[chart.index(ahead)] = "s"
            continue
        if isinstance(todo, str):
            way = todo.removeprefix("Move ").lower()
        else:
            goal = Goal(cells={todo} if todo else room.cells)
            way = route(chart, here, step_costs(BARE), goal).way
        open_ahead = chart.mark(here.ahead(way)) == "."
        here = Bearings(*(here.ahead(way) if open_ahead else here.cell), way)
    assert is_closed(chart, here, sight)
    assert here.x in EDGE
