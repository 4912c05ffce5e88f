import random
from collections.abc import Iterator

import numpy as np
import pytest
from crafter import constants, objects
from crafter.engine import SemanticView

from automem_graph.worlds.crafter.engine import Engine
from automem_graph.worlds.crafter.scene import Scene, Thing
from automem_graph.worlds.crafter.text import describe

CREATURES = [
    objects.Player,
    objects.Cow,
    objects.Zombie,
    objects.Skeleton,
    objects.Arrow,
    objects.Plant,
]
NAMES = [None, *constants.materials, *(creature.__name__.lower() for creature in CREATURES)]
FULL = {"health": 9, "food": 9, "drink": 9, "energy": 9}


def _scene(**changes: object) -> Scene:
    plain = {
        "things": (),
        "facing": None,
        "vitals": FULL,
        "inventory": {},
        "sleeping": False,
        "dead": False,
    }
    return Scene(**{**plain, **changes})  # type: ignore[arg-type]


def _moments() -> Iterator[Engine]:
    """Engines along three random walks, then at the corners of the map."""
    for seed in (42, 46, 50):
        engine, choice = Engine(seed), random.Random(seed)
        for step in range(160):
            engine.step(choice.randrange(17))
            if step % 8 == 0:
                yield engine
    for corner in ((0, 0), (63, 0), (0, 63), (63, 63), (0, 31)):
        engine = Engine(42)
        creature = engine._world[corner][1]
        if creature is not None:
            engine._world.remove(creature)
        engine._world.move(engine.player, np.array(corner))
        yield engine


def _expected_view(engine: Engine) -> dict[str, tuple[int, str]]:
    """Kind to (distance, direction), computed on Crafter's own semantic map of the whole world."""
    cells = SemanticView(engine._world, CREATURES)()
    px, py = engine.player.pos
    best: dict[str, tuple[int, int, int]] = {}
    for x, y in np.argwhere(np.ones_like(cells)):
        name = NAMES[cells[x, y]]
        if abs(x - px) > 4 or abs(y - py) > 3 or name in ("player", "grass", "sand", "path"):
            continue
        key = (abs(x - px) + abs(y - py), x, y)  # nearest, then westernmost, then northernmost
        best[name] = min(best.get(name, key), key)
    return {name: (dist, _words(x - px, y - py)) for name, (dist, x, y) in best.items()}


def _words(dx: int, dy: int) -> str:
    vertical = {-1: "north", 0: "", 1: "south"}[int(np.sign(dy))]
    horizontal = {-1: "west", 0: "", 1: "east"}[int(np.sign(dx))]
    return "-".join(word for word in (vertical, horizontal) if word)


def _seen(text: str) -> dict[str, tuple[int, str]]:
    seen = {}
    for line in text.split("\n"):
        if line.startswith("- "):
            kind, steps, _, _, _, direction = line[2:].split(" ")
            seen[kind] = (int(steps), direction)
    return seen


def test_what_is_seen_agrees_with_the_semantic_map() -> None:
    moments = 0
    for engine in _moments():
        assert _seen(describe(engine.scene())) == _expected_view(engine)
        moments += 1
    assert moments == 65


def test_what_is_faced_agrees_with_the_semantic_map() -> None:
    faced = set()
    for engine in _moments():
        cells = SemanticView(engine._world, CREATURES)()
        x, y = engine.player.pos + np.array(engine.player.facing)
        inside = 0 <= x < 64 and 0 <= y < 64
        name = NAMES[cells[x, y]] if inside else "nothing"
        if name in ("grass", "sand", "path"):
            name = "nothing"
        assert f"\n\nYou face {name}.\n\n" in describe(engine.scene())
        faced.add(name)
    assert len(faced) >= 4


def test_vitals_and_inventory_agree_with_the_player() -> None:
    for engine in _moments():
        have = engine.player.inventory
        status, carried = describe(engine.scene()).split("\n")[-2:]
        assert status == (
            f"Your status: health {have['health']}/9, food {have['food']}/9, "
            f"drink {have['drink']}/9, energy {have['energy']}/9."
        )
        items = [
            f"{name.replace('_', ' ')} {count}"
            for name, count in have.items()
            if count and name not in FULL
        ]
        assert carried == f"Your inventory: {', '.join(items) or 'nothing'}."


def test_the_whole_text() -> None:
    scene = _scene(
        things=(Thing("tree", -2, -1), Thing("water", 0, 3), Thing("cow", 1, 0)),
        facing="cow",
        inventory={"wood": 3, "wood_pickaxe": 1},
    )
    assert describe(scene) == (
        "You see:\n"
        "- cow 1 step to your east\n"
        "- tree 3 steps to your north-west\n"
        "- water 3 steps to your south\n"
        "\n"
        "You face cow.\n"
        "\n"
        "Your status: health 9/9, food 9/9, drink 9/9, energy 9/9.\n"
        "Your inventory: wood 3, wood pickaxe 1."
    )


def test_only_the_nearest_of_a_kind_is_named_and_ties_go_west() -> None:
    scene = _scene(things=(Thing("tree", -4, 0), Thing("tree", -1, 1), Thing("tree", 1, 1)))
    assert _seen(describe(scene)) == {"tree": (2, "south-west")}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "You see nothing but open ground."),
        ({"sleeping": True}, "You are asleep: "),
        ({"dead": True, "sleeping": True}, "You died."),
    ],
)
def test_the_first_line_says_what_matters_most(changes: dict[str, object], line: str) -> None:
    assert describe(_scene(**changes)).startswith(line)


def test_sleep_and_waking_show_in_the_text_of_a_real_world() -> None:
    engine = Engine(42)
    engine.player.inventory["energy"] = 8
    engine.step(constants.actions.index("sleep"))
    assert describe(engine.scene()).startswith("You are asleep: ")
    engine.player.health -= 1  # something bites
    engine.step(0)
    assert "asleep" not in describe(engine.scene())
