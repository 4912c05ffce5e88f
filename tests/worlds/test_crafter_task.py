import json
import random

import pytest
from crafter import constants, objects

from automem_graph.worlds.crafter.card import CARD, NATIVE_NAMES
from automem_graph.worlds.crafter.engine import ACHIEVEMENTS, Engine
from automem_graph.worlds.crafter.task import CRAFTER
from automem_graph.worlds.crafter.world import CrafterWorld


@pytest.fixture
def world() -> CrafterWorld:
    world = CrafterWorld(42)
    world.reset()
    return world


def _engine(world: CrafterWorld) -> Engine:
    assert world._engine is not None
    return world._engine


def test_the_card() -> None:
    assert CRAFTER.card is CARD
    assert (CARD.name, CARD.default_action, CARD.max_steps) == ("crafter", "Noop", 2000)
    assert CARD.default_action in CARD.actions
    assert len(CARD.actions) == 17
    assert all(f"{action}" in CARD.instructions for action in CARD.actions)


@pytest.mark.parametrize("action", CARD.actions)
def test_each_action_is_its_crafter_action(world: CrafterWorld, action: str) -> None:
    world.step(action)
    assert _engine(world).player.action == NATIVE_NAMES[action]


def test_the_actions_come_in_crafters_order() -> None:
    assert list(NATIVE_NAMES.values()) == constants.actions


@pytest.mark.parametrize(
    ("action", "dx", "dy"),
    [("Move West", -1, 0), ("Move East", 1, 0), ("Move North", 0, -1), ("Move South", 0, 1)],
)
def test_a_move_goes_where_it_says(world: CrafterWorld, action: str, dx: int, dy: int) -> None:
    facts = world.step(action).facts
    assert facts["position"] == [32 + dx, 32 + dy]
    assert facts["facing"] == action.removeprefix("Move ").lower()


@pytest.mark.parametrize("action", ["", "noop", "Fly", "Do ", "Noop\n"])
def test_any_other_action_is_refused_and_changes_nothing(world: CrafterWorld, action: str) -> None:
    with pytest.raises(ValueError, match="is no action of Crafter"):
        world.step(action)
    assert world.step("Noop") == _after(["Noop"])


def _after(actions: list[str]) -> object:
    world = CrafterWorld(42)
    observation = world.reset()
    for action in actions:
        observation = world.step(action)
    return observation


def test_reset_starts_the_same_world_over(world: CrafterWorld) -> None:
    actions = random.Random(1).choices(CARD.actions, k=60)
    first = [world.reset(), *(world.step(action) for action in actions)]
    again = [world.reset(), *(world.step(action) for action in actions)]
    assert first == again


def test_a_clone_is_the_world_as_it_is(world: CrafterWorld) -> None:
    """Copied, not played again, so that its cost does not grow with the episode."""
    world.step("Noop")
    _engine(world).player.inventory["wood"] = 9
    twin = world.clone()
    assert _engine(twin)._world is not _engine(world)._world
    assert twin.step("Place Table") == world.step("Place Table")
    assert twin.step("Sleep").facts["unlocked"] == []
    assert world.step("Move West").facts["sleeping"] is False
    with pytest.raises(RuntimeError, match="call reset"):
        CrafterWorld(42).clone().step("Noop")


def test_thirteen_of_22_are_the_published_59_per_cent(world: CrafterWorld) -> None:
    _engine(world).player.achievements.update(dict.fromkeys(ACHIEVEMENTS[:13], 1))
    assert f"{world.step('Noop').progression:.2%}" == "59.09%"


def test_progression_counts_achievements_once(world: CrafterWorld) -> None:
    _engine(world).player.inventory["wood"] = 9
    table = world.step("Place Table")
    assert (table.progression, table.facts["unlocked"]) == (1 / 22, ["place_table"])
    pickaxe = world.step("Make Wood Pickaxe")
    assert (pickaxe.progression, pickaxe.facts["unlocked"]) == (2 / 22, ["make_wood_pickaxe"])
    assert pickaxe.reward == 1.0
    assert pickaxe.facts["inventory"] == {"wood": 6, "wood_pickaxe": 1}
    second = world.step("Make Wood Pickaxe")
    assert (second.progression, second.facts["unlocked"], second.reward) == (2 / 22, [], 0.0)
    assert second.facts["achievements"] == 2
    assert world.reset().progression == 0.0


def test_all_achievements_are_a_progression_of_one(world: CrafterWorld) -> None:
    _engine(world).player.achievements.update(dict.fromkeys(ACHIEVEMENTS, 3))
    assert world.step("Noop").progression == 1.0


def test_death_ends_the_episode_and_no_step_follows(world: CrafterWorld) -> None:
    _engine(world).player.health = 0
    last = world.step("Noop")
    assert last.done
    assert last.text.startswith("You died.")
    with pytest.raises(RuntimeError, match="call reset"):
        world.step("Noop")
    assert not world.reset().done


def test_a_world_must_be_reset_before_its_first_step() -> None:
    with pytest.raises(RuntimeError, match="call reset"):
        CRAFTER.open(42).step("Noop")


def test_facts_stay_small_json_even_with_full_pockets(world: CrafterWorld) -> None:
    player = _engine(world).player
    player.inventory.update(dict.fromkeys(constants.items, 9))
    facts = dict(world.step("Sleep").facts)
    assert len(json.dumps(facts)) <= 400
    assert facts["daylight"] == pytest.approx(0.8, abs=0.02)
    assert facts["vitals"] == {"health": 9, "food": 9, "drink": 9, "energy": 9}


# --- the instructions tell the rules of the installed package -------------------------------------


def test_the_instructions_name_every_achievement() -> None:
    assert len(ACHIEVEMENTS) == 22
    listed = CARD.instructions.partition("Achievements: ")[2].partition(".")[0]
    assert listed.split(", ") == [name.replace("_", " ") for name in ACHIEVEMENTS]


def test_the_instructions_costs_are_the_packages() -> None:
    ground = ["grass", "sand", "path"]
    assert constants.place == {
        "stone": {"uses": {"stone": 1}, "where": [*ground, "water", "lava"], "type": "material"},
        "table": {"uses": {"wood": 2}, "where": ground, "type": "material"},
        "furnace": {"uses": {"stone": 4}, "where": ground, "type": "material"},
        "plant": {"uses": {"sapling": 1}, "where": ["grass"], "type": "object"},
    }
    for phrase in (
        "Place Stone: 1 stone, onto open ground, water or lava",
        "Place Table: 2 wood",
        "Place Furnace: 4 stone",
        "Place Plant: 1 sapling, onto grass",
    ):
        assert phrase in CARD.instructions
    costs = {
        "wood": ({"wood": 1}, ["table"]),
        "stone": ({"wood": 1, "stone": 1}, ["table"]),
        "iron": ({"wood": 1, "coal": 1, "iron": 1}, ["table", "furnace"]),
    }
    assert constants.make == {
        f"{material}_{tool}": {"uses": uses, "nearby": nearby, "gives": 1}
        for material, (uses, nearby) in costs.items()
        for tool in ("pickaxe", "sword")
    }


def test_the_instructions_yields_are_the_packages() -> None:
    needs = {name: list(rule["require"]) for name, rule in constants.collect.items()}
    assert needs == {
        "tree": [],
        "stone": ["wood_pickaxe"],
        "coal": ["wood_pickaxe"],
        "iron": ["stone_pickaxe"],
        "diamond": ["iron_pickaxe"],
        "water": [],
        "grass": [],
    }
    assert constants.collect["tree"]["leaves"] == "grass"  # "a tree gives 1 wood and is gone"
    assert constants.collect["grass"]["probability"] == 0.1
    assert all(set(rule["receive"].values()) == {1} for rule in constants.collect.values())
    assert all(item["max"] == 9 for item in constants.items.values())


@pytest.mark.parametrize(
    ("creature", "sword", "hits"),
    [
        (objects.Zombie, None, 5),
        (objects.Zombie, "wood_sword", 3),
        (objects.Zombie, "stone_sword", 2),
        (objects.Zombie, "iron_sword", 1),
        (objects.Skeleton, None, 3),
        (objects.Skeleton, "wood_sword", 2),
        (objects.Skeleton, "stone_sword", 1),
        (objects.Cow, None, 3),
    ],
)
def test_the_instructions_hits_are_the_packages(creature: type, sword: str, hits: int) -> None:
    engine = Engine(42)
    args = () if creature is objects.Cow else (engine.player,)
    enemy = creature(engine._world, (32, 33), *args)
    if sword:
        engine.player.inventory[sword] = 1
    for hit in range(hits):
        assert enemy.health > 0, f"dead after {hit}"
        engine.player._do_object(enemy)
    assert enemy.health <= 0
