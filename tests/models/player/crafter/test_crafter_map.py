"""What the player does where memory gives it a map: returns, shelters, builds where it pays."""

import pytest

from automem_graph.models.player.turn import reply

DONE = "\n".join(
    f"Step 3: Done: {deed}." for deed in ("collect sapling", "place stone", "place furnace")
)
MINER = {"wood": 2, "stone": 9, "wood_pickaxe": 1, "wood_sword": 1}


def drawing(*rows):
    """Map lines from a drawing whose `@` is where the player is: at 0, 0."""
    y = next(n for n, row in enumerate(rows) if "@" in row)
    x = rows[y].index("@")
    cells = {
        (column - x, line - y): "." if mark == "@" else mark
        for line, row in enumerate(rows)
        for column, mark in enumerate(row)
    }
    corners = sorted({(cx // 8 * 8, cy // 8 * 8) for cx, cy in cells})
    return "\n".join(
        f"{px},{py}: "
        + "/".join("".join(cells.get((px + i, py + j), "?") for i in range(8)) for j in range(8))
        for px, py in corners
    )


@pytest.fixture
def act(see, talk):
    """The action committed by a player who has this map and faces this way."""

    def act(*things, text="", step=60, facing_way="south", **state):
        now = see(*things, **state)
        told = talk(
            step=step,
            offers=["keyed", "done"],
            notes=f"Position: 0, 0, facing {facing_way}.",
            files=[("done.md", 1), ("map.md", 9)],
            injected=[("map.md", text), ("done.md", DONE)],
        )
        told.log(see(), "Noop", now)
        answer = reply(told.answered("<|DONE|>").plan().messages)
        return answer.removeprefix("<|ACTION|>").removesuffix("<|END|>")

    return act


FIELD = ["." * 17] * 9


def test_the_thirsty_go_back_to_water_they_no_longer_see(act):
    field = [*FIELD, "w" + "." * 7 + "@" + "." * 8, *FIELD]
    assert act(text=drawing(*field), drink=3, facing_way="north") == "Move West"


def test_the_way_leads_around_what_is_remembered(act):
    rows = ["........", "..www...", "w.w@w...", "..w.w...", "....w..."]
    assert act(("water", -1, 0), text=drawing(*rows), drink=3, facing="water") == "Do"
    rows = ["........", "..sss...", "w.s@s...", "..s.s...", "....s..."]
    assert act(("stone", -1, 0), text=drawing(*rows), drink=3) == "Move South"


def test_the_hungry_go_back_to_where_a_cow_was(act):
    text = drawing(*FIELD, "." * 8 + "@" + "." * 8, *FIELD) + "\ncow 3,2: 7, 0"
    assert act(text=text, food=3) == "Move East"


def test_a_zombie_in_the_dark_sends_the_player_into_a_room(act):
    tunnel = ["sssssss", "sss.sss", "sss@sss", "......."]
    things = (("stone", -1, 0), ("zombie", 1, 3))
    told = {"text": drawing(*tunnel), "inventory": MINER}
    assert act(*things, step=200, **told) == "Place Stone", "the way that leads out is closed"
    assert act(*things, step=60, **told) != "Place Stone"


def test_in_a_closed_room_the_night_is_slept_through(act):
    room = ["ssss", "s@.s", "ssss"]
    things = (("stone", -1, 0), ("zombie", 3, 0))
    told = {"text": drawing(*room), "inventory": MINER, "step": 200, "facing": "stone"}
    assert act(*things, energy=6, **told) == "Sleep"
    assert act(*things, **told) == "Noop", "one who is rested waits"
    assert act(*things, food=1, **told) != "Noop", "but does not starve"


def test_a_table_near_by_is_gone_back_to_and_a_far_one_built_anew(act):
    wood = {"wood": 3}
    near = [*FIELD, "." * 8 + "@" + "...t....", *FIELD]
    assert act(("table", 4, 0), text=drawing(*near), inventory=wood) == "Move East"
    far = [*["." * 28] * 9, "." * 8 + "@" + "." * 18 + "t", *["." * 28] * 9]
    assert act(text=drawing(*far), inventory=wood) == "Place Table"


@pytest.mark.parametrize("step", range(1, 60, 7))
def test_what_may_be_lava_is_not_stepped_on(act, step):
    around = (("lava", -1, 0), ("stone", 0, -1))
    assert act(*around, text=drawing("@"), step=step) == "Move South", "the one way that is seen"
