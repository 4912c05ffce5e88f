"""A game begins at the same moment whenever it is played: its shops have the same owners."""

import ctypes

import pytest
from nle.env.tasks import NetHackChallenge

from automem_graph.worlds.nethack import birthday
from automem_graph.worlds.nethack.birthday import BIRTHDAY
from automem_graph.worlds.nethack.engine import Engine
from automem_graph.worlds.nethack.screen import ARRAYS
from automem_graph.worlds.registry import find_task

SEED = 10059
TO_A_SHOP = (
    "pickup",
    "far north",
    "far east",
    "kick",
    "east",
    "far east",
    "far southeast",
    "east",
    "east",
    "northeast",
    "far northwest",
    "far north",
    "far northwest",
    "southwest",
    "west",
    "southwest",
    "down",
    "far northeast",
    "far east",
    "far northeast",
    "far north",
)


def owner() -> str:
    """Who owns the general store at the end of the way there."""
    world = find_task("nethack").open(SEED)
    world.reset()
    said = [world.step(action).text for action in TO_A_SHOP]
    world.close()
    return said[-1].partition("Welcome to ")[2].partition("'s general store")[0]


def test_shops_have_the_same_owners_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert owner() == owner() == "Sipaliwini"
    monkeypatch.setattr(birthday, "BIRTHDAY", BIRTHDAY + 40 * 257)
    assert owner() == "Annootok"  # as it would be three hours later, if the clock were asked


def test_games_side_by_side_have_the_same_birthday() -> None:
    games = [NetHackChallenge(character="@", observation_keys=ARRAYS) for _ in range(2)]
    engines = [Engine(game, seed) for seed, game in enumerate(games)]
    for engine in engines:
        engine.start()
    for game in games:
        with birthday.library(game.nethack) as own:
            assert ctypes.c_long.in_dll(own, "ubirthday").value == BIRTHDAY
    for engine in engines:
        engine.close()


class Elsewhere:
    dlpath = "/no/such/library"


def test_a_game_without_that_variable_is_left_alone() -> None:
    birthday.fix_birthday(Elsewhere())
