import random
from collections.abc import Iterator
from pathlib import Path

import gymnasium
import pytest

from automem_graph.protocols import Observation, World
from automem_graph.worlds.minihack.card import LEVELS, keys
from automem_graph.worlds.minihack.level import open_level
from automem_graph.worlds.registry import find_task, suite
from support.levels import write_levels

TASKS = suite("minihack")
STAIRS = [task for task in TASKS if "boxoban" not in task]
GREETING = "welcome to NetHack!"
ROOM = [
    "##########",
    "#        #",
    "# @  $  .#",
    "#        #",
    *["##########"] * 6,
]
"""A box in a row with its goal: the hero reaches it in two moves and wins with the fifth."""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_levels(tmp_path / "hard" / "000.txt", [ROOM])
    monkeypatch.setenv("AUTOMEM_BOXOBAN", str(tmp_path))


@pytest.fixture(params=TASKS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    world = find_task(request.param).open(42)
    yield world
    world.close()


@pytest.mark.parametrize("task", TASKS)
def test_the_cards(task: str) -> None:
    card = find_task(task).card
    assert (card.name, card.default_action, card.max_steps) == (task, "north", 100)
    assert "win" in card.instructions
    assert card.title.startswith("MiniHack: ")


@pytest.mark.parametrize("task", TASKS)
def test_a_task_has_only_actions_that_its_environment_has(task: str) -> None:
    env = open_level(task, 1, autopickup=False)
    there = {int(action) for action in env.actions}
    env.close()
    assert set(keys(task).values()) <= there
    if "quest" not in task:
        assert set(keys(task).values()) == there


def test_the_environments_are_the_papers() -> None:
    assert len(LEVELS) == 8
    assert all(level.environment in gymnasium.registry for level in LEVELS.values())


def test_a_first_screen(world: World) -> None:
    first = world.reset()
    assert GREETING in first.text.partition("\n\n")[0]
    assert (first.reward, first.done, first.progression) == (0, False, 0)
    assert first.facts["success"] is False
    assert first.facts["depth"] == 1
    assert "Dlvl:1" in first.text


def test_reset_starts_the_same_level_over(world: World) -> None:
    actions = random.Random(1).choices(("north", "east", "south", "west"), k=30)
    assert _until_the_end(world, actions) == _until_the_end(world, actions)


def _until_the_end(world: World, actions: list[str]) -> list[Observation]:
    answers = [world.reset()]
    for action in actions:
        if answers[-1].done:
            break
        answers.append(world.step(action))
    return answers


@pytest.mark.parametrize("task", [*STAIRS[:4], "minihack-quest-easy"])
def test_it_plays_out_as_in_minihacks_own_hands(task: str) -> None:
    """The world drives the game past the environment, which would not play it otherwise."""
    env = open_level(task, 8, autopickup=False)
    env.seed(8, 8, reseed=False)
    env.reset()
    world = find_task(task).open(8)
    answer = world.reset()
    index = {int(key): number for number, key in enumerate(env.actions)}
    screen = env._observation_keys.index("tty_chars")
    for action in random.Random(8).choices(("north", "east", "south", "west", "southeast"), k=80):
        rows = [bytes(row).decode("latin-1").rstrip() for row in env.last_observation[screen]]
        assert answer.text.partition("Map:\n")[2].startswith("\n".join(rows[1:22]) + "\n\nStatus")
        _, reward, done, _, _ = env.step(index[keys(task)[action]])
        answer = world.step(action)
        assert (answer.done, answer.reward) == (done, 1.0 if reward > 0.9 else 0.0)
        if done:
            break
    env.close()
    world.close()


def test_an_action_of_another_task_is_refused(room: None) -> None:
    world = find_task("minihack-boxoban-hard").open(1)
    world.reset()
    with pytest.raises(ValueError, match=r"'northeast' is no action .*: north, east, south, west"):
        world.step("northeast")
    world.close()


# --- winning and losing ---------------------------------------------------------------------------


def test_a_won_level_of_boxoban(room: None) -> None:
    world = find_task("minihack-boxoban-hard").open(7)
    answers = [world.reset(), *(world.step("east") for _ in range(5))]
    assert [answer.done for answer in answers] == [False] * 5 + [True]
    last = answers[-1]
    assert (last.reward, last.progression, last.facts["success"]) == (1, 1, True)
    assert all(answer.progression == answer.reward == 0 for answer in answers[:-1])
    with pytest.raises(RuntimeError, match="call reset"):
        world.step("east")
    assert _until_the_end(world, ["east"] * 9) == answers


def test_a_box_on_the_wrong_side_wins_nothing(room: None) -> None:
    world = find_task("minihack-boxoban-hard").open(7)
    answers = _until_the_end(world, ["north", "east", "east", "east", "south", "west", "west"])
    world.close()
    assert not any(answer.done or answer.reward for answer in answers)


def test_a_win_within_a_turn_is_a_win(room: None) -> None:
    """A fast hero moves without game time, for which MiniHack would take 0.01 off the reward."""
    kinds: set[bool] = set()
    for seed in range(12):
        world = find_task("minihack-boxoban-hard").open(seed)
        for detours in range(3):
            *_, before, last = _until_the_end(world, [*["south", "north"] * detours, *["east"] * 5])
            assert (last.reward, last.progression) == (1, 1)
            kinds.add(before.facts["turn"] == last.facts["turn"])
        world.close()
    assert kinds == {True, False}


def test_a_maze_is_won_on_its_stairs() -> None:
    for seed in range(20):
        world = find_task("minihack-mazewalk-9x9").open(seed)
        moves = random.Random(seed).choices(list(keys("minihack-mazewalk-9x9")), k=400)
        *_, before, last = _until_the_end(world, moves)
        world.close()
        if last.done:
            break
    assert (last.reward, last.progression, last.facts["success"]) == (1, 1, True)
    assert before.progression == 0


def test_a_death_is_a_loss() -> None:
    world = find_task("minihack-quest-easy").open(1)
    last = _until_the_end(world, ["east"] * 60)[-1]
    assert "You burn to a crisp...  The game is over." in last.text
    assert last.done
    assert (last.reward, last.progression, last.facts["success"]) == (0, 0, False)


def test_the_hundred_steps_are_the_episodes_not_the_worlds() -> None:
    world = find_task("minihack-mazewalk-15x15").open(3)
    world.reset()
    answers = [world.step("north") for _ in range(150)]
    world.close()
    assert not any(answer.done for answer in answers)


# --- questions and options ------------------------------------------------------------------------


def test_a_quests_things_are_picked_up_and_used() -> None:
    world = find_task("minihack-quest-easy").open(42)
    assert "Things that are here:  a horn  a tin wand" in world.reset().text
    assert "Pick up what?" in world.step("pickup").text
    for action in ("a", "b"):
        world.step(action)
    held = world.step("more").text.partition("Inventory:\n")[2]
    letter = next(line[0] for line in held.splitlines() if "tin wand" in line)
    assert "What do you want to zap?" in world.step("zap").text
    assert "In what direction?" in world.step(letter).text
    assert "molten lava, near, east-north-east, east and" not in world.step("east").text
    world.close()


def test_autopickup_is_an_option() -> None:
    world = find_task("minihack-quest-easy+autopickup").open(42)
    text = world.reset().text
    world.step("east")
    text = world.step("west").text
    world.close()
    assert "tin wand" in text.partition("Inventory:\n")[2]


def test_a_question_that_moves_cannot_answer_is_left() -> None:
    world = find_task("minihack-corridor-r3").open(42)
    world.reset()
    assert "In what direction?" in world.step("kick").text
    assert "in the message line" not in world.step("north").text
    world.close()
