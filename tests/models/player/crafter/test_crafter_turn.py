"""The rules: what the player does in a situation."""

import pytest

from automem_graph.models.player.turn import reply


@pytest.fixture
def act(see, talk):
    """The action committed at the first reply of a PLAN without files."""

    def act(*things, step=60, last="Noop", before=None, **state):
        now = see(*things, **state)
        told = talk(step=step).log(see() if before is None else before, last, now)
        answer = reply(told.answered("<|DONE|>").plan().messages)
        return answer.removeprefix("<|ACTION|>").removesuffix("<|END|>")

    return act


WOOD = {"wood": 4}
ROCK = {"wood": 3, "stone": 2, "wood_pickaxe": 1, "wood_sword": 1}


def test_a_tree_in_front_is_cut(act):
    assert act(("tree", 0, 1), facing="tree") == "Do"


def test_a_tree_beside_is_faced_first(act):
    assert act(("tree", -1, 0)) == "Move West"


def test_a_tree_further_off_is_walked_to(act):
    assert act(("tree", 0, 3)) == "Move South"
    assert act(("tree", 2, -1)) in ("Move North", "Move East")


def test_enough_wood_makes_a_table_and_then_tools(act):
    assert act(inventory=WOOD) == "Place Table"
    assert act(("table", 1, 1), inventory=WOOD) == "Make Wood Pickaxe"
    assert act(("table", 1, 1), inventory={"wood": 1, "wood_pickaxe": 1}) == "Make Wood Sword"
    assert act(("table", 0, 1), inventory=ROCK) == "Make Stone Pickaxe"


def test_a_table_further_off_is_walked_to(act):
    assert act(("table", 0, 3), inventory=WOOD) == "Move South"


def test_what_just_failed_is_not_tried_again(act, see):
    same = see(inventory=WOOD)
    assert act(inventory=WOOD, last="Place Table", before=same).startswith("Move ")


def test_iron_tools_need_a_furnace_too(act):
    rich = {"wood": 2, "stone": 5, "coal": 1, "iron": 1, "wood_pickaxe": 1, "stone_pickaxe": 1}
    rich |= {"wood_sword": 1, "stone_sword": 1}
    assert act(("table", 1, 0), inventory=rich) == "Place Furnace"
    assert act(("table", 1, 0), ("furnace", 0, 1), inventory=rich) == "Make Iron Pickaxe"


def test_the_thirsty_drink(act):
    assert act(("water", 0, 1), facing="water", drink=3) == "Do"
    assert act(("water", 0, 3), drink=3) == "Move South"
    assert act(("water", 0, 1), ("tree", 1, 0), facing="tree", drink=3) == "Move South"


def test_the_hungry_eat(act):
    assert act(("cow", 0, 1), facing="cow", food=4) == "Do"
    assert act(("cow", -3, 0), ("tree", 3, 0), food=4) == "Move West"


def test_a_zombie_beside_comes_before_thirst(act):
    assert act(("zombie", 1, 0), ("water", 0, 1), facing="water", drink=1) == "Move East"
    assert act(("zombie", 1, 0), facing="zombie") == "Do"


def test_naps_by_day_and_never_before_a_foe(act):
    assert act(energy=5) == "Sleep"
    assert act(energy=5, step=200) != "Sleep"
    assert act(energy=1, step=200) == "Sleep"
    assert act(("zombie", 4, 0), energy=1) != "Sleep"
    assert act(asleep=True, energy=5) == "Sleep"


def test_rock_needs_a_pickaxe(act):
    bare, armed = {"wood": 5}, {"wood": 5, "wood_pickaxe": 1, "wood_sword": 1}
    assert act(("stone", 0, 1), facing="stone", inventory=armed) == "Do"
    assert act(("stone", 0, 1), facing="stone", inventory=bare) != "Do"


@pytest.mark.parametrize("step", range(1, 240, 24))
def test_no_step_towards_lava(act, step):
    assert act(("lava", 0, 1), step=step, last="Move South", facing="lava") == "Move North"
    assert act(("lava", 1, 1), step=step) in ("Move North", "Move West")


@pytest.mark.parametrize("step", range(1, 240, 24))
def test_a_corridor_is_walked_on_and_not_to_and_fro(act, step):
    walls = (("stone", 0, -1),)
    assert act(*walls, step=step, last="Move East", inventory={"wood": 1}) in (
        "Move East",
        "Move South",
    )


def test_a_noted_obstacle_is_walked_around_before_it_is_tried_again(see, talk):
    tree = see(("tree", 0, -3))
    answers = ("<|TAIL|>notes.md|20<|END|>", "Step 9: water blocks the way north.")

    def next_move(step):
        told = talk(step=step, files=[("notes.md", 2)]).log(see(), "Noop", tree)
        return reply(told.answered("<|DONE|>").plan().answered(*answers).messages)

    assert next_move(10) in ("<|ACTION|>Move West<|END|>", "<|ACTION|>Move East<|END|>")
    assert next_move(12) == "<|ACTION|>Move North<|END|>"


def test_soft_rock_just_bumped_into_is_cleared(act):
    things = (("stone", -1, 0), ("coal", 2, 2))
    tools = {"wood": 5, "wood_pickaxe": 1, "wood_sword": 1}
    assert act(*things, last="Move South", facing="stone", inventory=tools) == "Do"


def test_rock_in_view_is_nothing_to_walk_into_when_there_is_enough(act):
    rich = {"wood": 5, "stone": 9, "wood_pickaxe": 1, "stone_pickaxe": 1}
    rich |= {"wood_sword": 1, "stone_sword": 1}
    bumped = (("stone", 1, 0), ("furnace", -1, 0))
    assert act(*bumped, last="Move East", facing="stone", inventory=rich) != "Move East"


def test_memory_is_asked_before_a_walk_and_not_before_a_blow(see, talk):
    files = [("notes.md", 3)]
    walk = talk(files=files).plan(see(("tree", 0, 3)))
    assert reply(walk.messages) == "<|TAIL|>notes.md|20<|END|>"
    blow = talk(files=files).plan(see(("tree", 0, 1), facing="tree"))
    assert reply(blow.messages) == "<|ACTION|>Do<|END|>"


def test_a_stone_is_placed_once_the_notes_say_it_never_was(see, talk):
    files, tail = [("notes.md", 3)], "<|TAIL|>notes.md|20<|END|>"
    now = see(inventory={"stone": 2, "sapling": 0})
    fresh = talk(files=files).plan(now).answered(tail, "Step 2: Done: collect stone.")
    assert reply(fresh.messages) == "<|ACTION|>Place Stone<|END|>"
    again = talk(files=files).plan(now).answered(tail, "Step 2: Done: place stone.")
    assert reply(again.messages) != "<|ACTION|>Place Stone<|END|>"
    assert reply(talk().plan(now).messages) != "<|ACTION|>Place Stone<|END|>", (
        "unknown stays unknown"
    )
