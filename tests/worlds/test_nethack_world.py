import random
import warnings
from collections.abc import Iterator

import pytest
from nle import nethack
from nle.env.tasks import NetHackChallenge
from world_walk import some_action

from automem_graph.protocols import Observation, World
from automem_graph.worlds.nethack import actions
from automem_graph.worlds.nethack.actions import ANSWERS, DIRECTIONS, KEYS
from automem_graph.worlds.nethack.play import UNANSWERED, UNASKED
from automem_graph.worlds.nethack.progression import table
from automem_graph.worlds.nethack.world import PATIENCE
from automem_graph.worlds.registry import find_task

CARD = find_task("nethack").card
MOVES = [*actions.MOVES, *actions.FAR_MOVES]


def _message(answer: Observation) -> str:
    return answer.text.partition("\n\nYou see")[0].removeprefix("Message: ")


@pytest.fixture
def world() -> Iterator[World]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a game left open warns when it is collected
        world = find_task("nethack").open(42)
        world.reset()
        yield world
        world.close()


def test_the_card() -> None:
    assert (CARD.name, CARD.default_action, CARD.max_steps) == ("nethack", "esc", 100_000)
    assert CARD.actions == tuple(KEYS)
    assert {"north", "far southwest", "up", "down", "pickup", "esc", "more", "a", "A", "7"} < set(
        CARD.actions
    )
    plain = [action for action in CARD.actions if len(action) > 1 and action not in MOVES]
    words = CARD.instructions.replace("\n", " ")
    assert [action for action in plain if action not in words] == []


def test_every_action_is_a_key_of_the_nethack_challenge() -> None:
    assert set(KEYS.values()) <= {int(action) for action in nethack.ACTIONS}
    assert set(KEYS) > ANSWERS | DIRECTIONS


def test_a_move_moves_and_takes_a_turn(world: World) -> None:
    before = world.step("esc").facts
    after = world.step("west").facts
    assert after["position"] == [before["position"][0] - 1, before["position"][1]]
    assert after["turn"] == before["turn"] + 1
    assert set(after) == {
        *("depth", "experience_level", "hp", "max_hp", "turn", "position", "unlocked"),
    }


@pytest.mark.parametrize("action", ["", "North", "escape", "north ", "\x1b", "é"])
def test_any_other_action_is_refused_and_changes_nothing(world: World, action: str) -> None:
    before = world.step("esc")
    with pytest.raises(ValueError, match="is no action of this task; these are: north, "):
        world.step(action)
    assert world.step("esc") == before


def test_reset_starts_the_same_game_over(world: World) -> None:
    moves = random.Random(1).choices(MOVES, k=60)
    first = [world.reset(), *map(world.step, moves)]
    assert [world.reset(), *map(world.step, moves)] == first


def test_the_greeting_tells_who_one_is_without_pauses(world: World) -> None:
    greeting = _message(world.reset())
    assert greeting.startswith("Hello Agent, welcome to NetHack!  You are a")
    assert "--More--" not in greeting


def test_it_plays_out_as_in_the_nethack_challenge() -> None:
    """The world drives the game past the environment, which would not play it otherwise."""
    env = NetHackChallenge(character="@", fix_moon_phase=True, no_progress_timeout=10**9)
    type(env.nethack).set_initial_seeds(env.nethack, 44, 44, False)
    env.reset()
    world = find_task("nethack").open(44)
    answer = world.reset()
    index = {int(key): number for number, key in enumerate(env.actions)}
    screen = env._observation_keys.index("tty_chars")
    for action in random.Random(44).choices([*MOVES, "search", "kick", "esc"], k=300):
        rows = [bytes(row).decode("latin-1").rstrip() for row in env.last_observation[screen]]
        level = answer.text.partition("Map:\n")[2].partition("\n\nInventory")[0]
        assert level == "\n".join([*rows[1:22], "", "Status:", *rows[22:]])
        refused = UNANSWERED in (answer := world.step(action)).text
        if not refused:
            env.step(index[KEYS[action]])
        while any("--More--" in bytes(row).decode() for row in env.last_observation[screen]):
            env.step(index[actions.ENTER])
    env.close()
    world.close()


# --- questions ------------------------------------------------------------------------------------


def test_a_question_is_answered_by_the_next_action(world: World) -> None:
    assert "What do you want to eat? [" in _message(world.step("eat"))
    assert "in the message line" in world.step("west").text
    assert "in the message line" not in world.step("esc").text
    assert "In what direction?" in _message(world.step("kick"))
    assert world.step("north").facts["turn"] == 2


def test_a_line_is_typed_letter_by_letter(world: World) -> None:
    world.step("engrave")
    asked = _message(world.step("minus"))
    assert asked.startswith("You write in the dust with your fingertip.  What do you want to write")
    for letter in ("E", "l", "space", "7"):
        asked = _message(world.step(letter))
    assert asked.endswith("El 7")
    assert _message(world.step("north")) == f"{asked}  {UNANSWERED}"
    world.step("more")
    assert "El 7" in _message(world.step("look"))


def test_a_menu_is_chosen_from_by_letters(world: World) -> None:
    before = world.step("esc").text.partition("Inventory:\n")[2]
    assert "Drop what type of items?" in _message(world.step("droptype"))
    assert "in the menu" in world.step("a").text
    listed = world.step("more")
    assert listed.text.count("HP:") == 1, "the status is kept while a menu lies over it"
    world.step("d")
    after = world.step("more").text.partition("Inventory:\n")[2]
    assert after != before


def test_letters_are_no_commands(world: World) -> None:
    before = world.step("esc")
    for letter in ("S", "v", "d", "O"):
        answer = world.step(letter)
        assert answer.text == before.text.replace("(none)", UNASKED)


def test_a_place_is_pointed_at_with_moves(world: World) -> None:
    assert "travel to?" in _message(world.step("travel"))
    text = world.step("south").text
    assert "adjacent, south" in text.partition("Cursor: ")[2].partition("\n")[0]
    there = world.step("wait")
    assert "on yourself" in there.text
    assert there.facts["position"] == [68, 10]


# --- the end --------------------------------------------------------------------------------------


def test_150_actions_without_a_turn_end_the_episode(world: World) -> None:
    answers = [world.step("esc") for _ in range(PATIENCE - 1)]
    assert not any(answer.done for answer in answers)
    assert not world.step("search").done
    answers = [world.step("esc") for _ in range(PATIENCE)]
    assert [answer.done for answer in answers] == [False] * (PATIENCE - 1) + [True]
    with pytest.raises(RuntimeError, match="call reset"):
        world.step("esc")
    assert not world.reset().done


def test_a_world_must_be_reset_before_its_first_step() -> None:
    with pytest.raises(RuntimeError, match="call reset"):
        find_task("nethack").open(42).step("esc")


def test_leaving_the_dungeon_ends_the_game() -> None:
    world = find_task("nethack").open(42)
    world.reset()
    for action in ("up", "y"):
        last = world.step(action)
    assert last.done
    assert _message(last).endswith("The game is over.")
    assert last.progression == 0


def _life(seed: int) -> Iterator[Observation]:
    """A reckless walk, down every staircase on its way, to its end or for 2,500 steps."""
    world = find_task("nethack").open(seed)
    choice = random.Random(seed)
    yield world.reset()
    for _ in range(2500):
        answer = world.step(some_action(choice, [*MOVES, "down"]))
        yield answer
        if answer.done:
            break
    world.close()


@pytest.fixture(scope="module")
def lives() -> list[list[Observation]]:
    return [list(_life(seed)) for seed in range(6)]


def test_a_death_is_told_by_the_last_screen_and_not_by_the_farewell(
    lives: list[list[Observation]],
) -> None:
    deaths = [life[-1] for life in lives if "You die..." in life[-1].text]
    assert deaths
    for last in deaths:
        assert last.done
        assert "You die..." in _message(last)
        assert _message(last).endswith("The game is over.")
        assert last.facts["hp"] < last.facts["max_hp"]
        assert last.facts["depth"] >= 1
        level = last.text.partition("Map:")[2].partition("Status:")[0]
        assert "@" in level
        for farewell in ("--More--", "REST", "possessions", "top ten", "20"):
            assert farewell not in level


def test_a_new_depth_is_news_once_and_its_score_stays(lives: list[list[Observation]]) -> None:
    deep = [life for life in lives if any(answer.facts["depth"] > 1 for answer in life)]
    assert deep
    for life in deep:
        at = next(step for step, answer in enumerate(life) if answer.facts["depth"] > 1)
        assert life[at].facts["unlocked"] == ["Dlvl:2"]
        assert life[at - 1].progression < table()["Dlvl:2"] <= life[at].progression
        scores = [answer.progression for answer in life]
        assert scores == sorted(scores)
        assert sum("Dlvl:2" in answer.facts["unlocked"] for answer in life) == 1


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("task", "takes_food"), [("nethack", False), ("nethack+autopickup", True)])
def test_what_is_picked_up_by_walking_over_it(task: str, takes_food: bool) -> None:
    """Seed 42 starts with food, beside a scroll."""

    def held(answer: Observation) -> str:
        return answer.text.partition("Inventory:\n")[2]

    world = find_task(task).open(42)
    assert "food ration" in held(world.reset())
    world.step("drop")
    assert "food ration" not in held(world.step("d"))
    assert "scroll labeled KIRJE" in held(world.step("west"))
    assert ("food ration" in held(world.step("east"))) is takes_food
    world.close()
    told = "You pick up things" if takes_food else "gold, scrolls, potions and wands"
    assert told in find_task(task).card.instructions


def test_the_option_steps_is_heard() -> None:
    world = find_task("nethack+steps").open(42)
    text = world.reset().text
    world.close()
    assert "- doorway, 2 steps, south-west" in text
    assert "a number of steps" in find_task("nethack+steps").card.instructions
    assert "very near" not in text
