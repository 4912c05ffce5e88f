import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nle import nethack

from automem_graph.worlds.nethack.message import Asks
from automem_graph.worlds.nethack.screen import Screen, Stats
from automem_graph.worlds.nethack.text import describe
from automem_graph.worlds.nethack.things import Thing, things
from automem_graph.worlds.nethack.whereabouts import closeness, direction, distance
from automem_graph.worlds.registry import find_task

STATUS = ("Agent the Digger   St:18", "Dlvl:1 $:0 HP:14(14) Pw:1(1) AC:4 Xp:1/0 T:1")
CMAP = nethack.GLYPH_CMAP_OFF
STONE, WALL, DOORWAY, OPEN_DOOR, CLOSED_DOOR, BARS, FLOOR = (
    CMAP + symbol for symbol in (0, 1, 12, 13, 15, 17, 19)
)
NAMES = {
    WALL: "wall",
    DOORWAY: "doorway",
    OPEN_DOOR: "open door",
    CLOSED_DOOR: "closed door",
    BARS: "iron bars",
    FLOOR: "floor of a room",
    STONE: "",
    0: "giant ant",
    nethack.GLYPH_PET_OFF: "tame little dog called Rex",
    nethack.GLYPH_OBJ_OFF + 1: "an arrow",
}


def _seen(cells: dict[tuple[int, int], int]) -> tuple[Thing, ...]:
    """What is seen from (10, 10) of a map of floor with these glyphs at offsets (east, south)."""
    glyphs = np.full(nethack.DUNGEON_SHAPE, FLOOR, dtype=np.int16)
    glyphs[10, 10] = 327
    for (east, south), glyph in cells.items():
        glyphs[10 + south, 10 + east] = glyph
    names = np.zeros((*nethack.DUNGEON_SHAPE, 80), dtype=np.uint8)
    for (row, column), glyph in np.ndenumerate(glyphs):
        name = NAMES.get(int(glyph), "human archeologist called Agent").encode()
        names[row, column, : len(name)] = list(name)
    return things(glyphs, names, 10, 10)


def _screen(**changes: object) -> Screen:
    rows = ["", *(f"row {number}" for number in range(1, 22)), *STATUS]
    plain = {
        "rows": tuple(rows),
        "cursor": (11, 33),
        "message": "",
        "asks": None,
        "things": (),
        "stats": Stats(x=33, y=11, hp=14, max_hp=14, depth=1, experience_level=1, turn=1),
        "inventory": (),
        "colours": bytes(24 * 80),
    }
    return Screen(**{**plain, **changes})  # type: ignore[arg-type]


# --- distance and direction -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moves", "word"),
    [
        *((1, "adjacent"), (2, "very near"), (3, "near"), (5, "near"), (6, "far"), (19, "far")),
        *((20, "very far"), (78, "very far")),
    ],
)
def test_the_words_for_distances_are_balrogs(moves: int, word: str) -> None:
    assert closeness(moves) == word


@pytest.mark.parametrize(
    ("east", "south", "word"),
    [
        (0, -3, "north"),
        (4, 0, "east"),
        (2, 2, "south-east"),
        (-2, -2, "north-west"),
        (1, -2, "north-north-east"),
        (5, -1, "east-north-east"),
        (-5, 4, "west-south-west"),
        (-1, 7, "south-south-west"),
    ],
)
def test_the_winds(east: int, south: int, word: str) -> None:
    assert direction(east, south) == word


@given(st.integers(-78, 78), st.integers(-20, 20))
def test_a_plain_wind_leads_straight_there(east: int, south: int) -> None:
    if not east and not south:
        return
    steps = {"north": (0, -1), "south": (0, 1), "east": (1, 0), "west": (-1, 0)}
    winds = direction(east, south).split("-")
    if len(winds) < 3:
        away = distance(east, south)
        assert (
            sum(away * steps[wind][0] for wind in winds),
            sum(away * steps[wind][1] for wind in winds),
        ) == (east, south)
    else:
        assert direction(east, south).endswith(direction(*np.sign([east, south]).tolist()))


# --- notable things -------------------------------------------------------------------------------


def test_creatures_objects_and_doors_are_named_wherever_they_are() -> None:
    far = {(30, -5): 0, (-4, 2): nethack.GLYPH_PET_OFF, (3, 9): nethack.GLYPH_OBJ_OFF + 1}
    doors = {(20, 3): OPEN_DOOR, (21, 3): DOORWAY, (22, 3): CLOSED_DOOR}
    assert set(_seen({**far, **doors})) == {
        Thing("giant ant", 30, -5),
        Thing("tame little dog called Rex", -4, 2),
        Thing("arrow", 3, 9),
        Thing("open door", 20, 3),
        Thing("doorway", 21, 3),
        Thing("closed door", 22, 3),
    }


def test_walls_and_dark_areas_are_named_where_they_end_a_line_of_sight() -> None:
    assert _seen({(3, 0): WALL, (4, 0): WALL, (2, 1): WALL}) == (Thing("wall", 3, 0),)
    assert _seen({(-2, -2): STONE}) == (Thing("dark area", -2, -2),)
    assert _seen({(0, 9): WALL, (9, -9): WALL, (0, -10): WALL}) == (
        Thing("wall", 9, -9),
        Thing("wall", 0, 9),
    )
    assert _seen({(0, 10): WALL, (10, 0): BARS}) == ()


def test_a_closed_door_hides_what_is_behind_and_bars_are_walls() -> None:
    assert _seen({(2, 0): CLOSED_DOOR, (3, 0): WALL}) == (Thing("closed door", 2, 0),)
    assert _seen({(0, 2): BARS, (1, 2): BARS, (0, 3): WALL}) == (Thing("iron bars", 0, 2),)


def test_sight_ends_at_the_edge_of_the_map() -> None:
    glyphs = np.full(nethack.DUNGEON_SHAPE, FLOOR, dtype=np.int16)
    names = np.zeros((*nethack.DUNGEON_SHAPE, 80), dtype=np.uint8)
    for x, y in ((0, 0), (78, 20), (0, 20), (78, 0)):
        assert things(glyphs, names, x, y) == ()


# --- the whole text -------------------------------------------------------------------------------


def test_a_screen_in_words() -> None:
    seen = (
        Thing("staircase down", -7, 7),
        Thing("newt", 1, -1),
        Thing("newt", 0, 1),
        Thing("fox", 4, -5),
        Thing("fox", 3, -4),
        Thing("fox", 4, 1),
    )
    screen = _screen(things=seen, inventory=(("a", "a +1 long sword (weapon in hand)"),))
    text = describe(screen, ["", "You hear a door open.", "It is dark."], STATUS)
    sections = text.split("\n\n")
    assert sections == [
        "Message: You hear a door open.  It is dark.",
        "You see:\n"
        "- newt, adjacent, north-east and south\n"
        "- fox, near, north-north-east (2) and east-south-east\n"
        "- staircase down, far, south-west",
        "Cursor: row 11, column 33, on yourself",
        "\n".join(["Map:", *(f"row {number}" for number in range(1, 22))]),
        "\n".join(["Status:", *STATUS]),
        "Inventory:\na - a +1 long sword (weapon in hand)",
    ]


def test_the_option_steps_gives_moves_instead_of_words() -> None:
    screen = _screen(things=(Thing("newt", 1, 0), Thing("fox", -3, 1)))
    text = describe(screen, [], STATUS, steps=True)
    assert "- newt, 1 step, east\n- fox, 3 steps, west-south-west\n" in text


def test_nothing_is_said_where_there_is_nothing() -> None:
    text = describe(_screen(), [], STATUS)
    assert text.startswith("Message: (none)\n\nYou see nothing of note.\n\nCursor:")
    assert text.endswith("Inventory:\n(nothing)")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"cursor": (0, 20), "asks": Asks.KEY}, "row 0, column 20, in the message line"),
        ({"cursor": (1, 2), "asks": Asks.LINE}, "row 1, column 2, in the message line"),
        ({"cursor": (7, 40), "asks": Asks.MENU}, "row 7, column 40, in the menu"),
        ({"cursor": (10, 34)}, "row 10, column 34, adjacent, north-east"),
        (
            {"cursor": (11, 43), "things": (Thing("fountain", 10, 0),)},
            "row 11, column 43, far, east, on fountain",
        ),
    ],
)
def test_the_cursor(changes: dict[str, object], where: str) -> None:
    assert f"\n\nCursor: {where}\n\n" in describe(_screen(**changes), [], STATUS)


@pytest.mark.parametrize("seed", [42, 43])
def test_a_real_game_has_all_sections_and_a_map_that_fits_them(seed: int) -> None:
    world = find_task("nethack").open(seed)
    text = world.reset().text
    facts = world.step("search").facts
    world.close()
    assert text.startswith("Message: ")
    head, rest = text.split("\n\nMap:\n")
    level, rest = rest.split("\n\nStatus:\n")
    status, inventory = rest.split("\n\nInventory:\n")
    rows = level.split("\n")
    assert len(rows) == 21
    column, row = facts["position"]
    assert rows[row - 1][column] == "@"
    assert f"Cursor: row {row}, column {column}, on yourself" in head
    assert len(status.split("\n")) == 2
    assert "Dlvl:1" in status
    assert inventory.startswith("a - ")
