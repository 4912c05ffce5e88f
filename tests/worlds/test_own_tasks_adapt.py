"""Any class with `reset` and `step` as a task: Gymnasium's five values, old Gym's four, texts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from automem_graph.protocols import Observation
from automem_graph.worlds.adapt import as_task
from automem_graph.worlds.process import WorldCrashed, WorldProcess
from support.shops import ABOUT, SHOP, OldShop, Shop

BUY = {**ABOUT, "actions": ("buy", "wait")}


class Plain(OldShop):
    """Returns whatever it was asked to."""

    returns: Any = "a text"

    def step(self, action: str) -> Any:
        return self.returns


OLD = as_task(OldShop, **BUY)


def steps(task: Any, *actions: str, seed: int = 1) -> list[Observation]:
    world = task.open(seed)
    return [world.reset(), *(world.step(action) for action in actions)]


@pytest.fixture(scope="module")
def worlds() -> Iterator[WorldProcess]:
    with WorldProcess.start() as process:
        yield process


# --- what is returned -----------------------------------------------------------------------------


def test_an_environment_of_gymnasium_is_a_task():
    first, bought, waited, *_, last = steps(SHOP, "buy", "wait", "buy", "buy")
    assert first.text.startswith("3 lamps at ")
    assert (bought.reward, bought.progression, bought.done) == (1.0, 1.0, False)
    assert (waited.reward, waited.text[:7]) == (0.0, "2 lamps")
    assert (last.done, last.progression) == (True, 1.0)  # the rewards add up to 3
    assert steps(SHOP, "wait") == steps(SHOP, "wait") != steps(SHOP, "wait", seed=2)


def test_progression_is_what_the_owner_says():
    task = as_task(
        Shop, **{**ABOUT, "actions": {"buy": 0, "wait": 1}},
        progression=lambda total, info: 1 - info["left"] / 3,
    )  # fmt: skip
    found = [round(seen.progression, 2) for seen in steps(task, "buy", "wait", "buy", "buy")]
    assert found == [0.0, 0.33, 0.33, 0.67, 1.0]


def test_a_frozen_lake_is_read_off_its_screen():
    lake = as_task(
        lambda: gymnasium.make("FrozenLake-v1", render_mode="ansi", is_slippery=False),
        **{**ABOUT, "actions": {"left": 0, "down": 1, "right": 2, "up": 3}},
    )
    first, after, *_, last = steps(lake, "down", "down", "right", "right", "down", "right")
    assert first.text == "[S]FFF\nFHFH\nFFFH\nHFFG"
    assert "[F]HFH" in after.text
    assert (last.done, last.progression) == (True, 1.0)
    assert "\x1b" not in "".join(seen.text for seen in (first, after, last))


def test_other_observations_are_put_into_words():
    plain = as_task(lambda: gymnasium.make("FrozenLake-v1"), **{**ABOUT, "actions": {"left": 0}})
    assert steps(plain)[0].text == "0"
    rooms = as_task(
        lambda: gymnasium.make("FrozenLake-v1"), **{**ABOUT, "actions": {"left": 0}},
        text=lambda cell: f"row {cell // 4}, column {cell % 4}",
    )  # fmt: skip
    assert steps(rooms)[0].text == "row 0, column 0"


def test_a_class_of_old_gyms_kind_is_a_task():
    first, bought, waited = steps(OLD, "buy", "wait")
    assert first.text.startswith("open until")
    assert (bought.text, bought.reward, bought.progression) == ("you buy", 0.25, 0.25)
    assert (waited.done, waited.progression) == (True, 0.5)
    assert steps(OLD)[0] != steps(OLD, seed=3)[0]


def test_a_text_or_an_observation_is_enough():
    ready = Observation(text="ready", done=True, progression=0.5)
    for returns, expected in (("x", Observation(text="x")), (ready, ready)):
        kind = type("Mine", (Plain,), {"returns": returns})
        assert steps(as_task(kind, **BUY), "buy")[1] == expected


@pytest.mark.parametrize("returns", [None, ("text", 1.0), ("text", 1.0, False, False, 7), 42])
def test_what_is_nothing_of_this_names_the_class(returns: Any):
    kind = type("Mine", (Plain,), {"returns": returns})
    with pytest.raises(
        TypeError, match=r"Mine\.step of shop returned .*it should be \(observation"
    ):
        steps(as_task(kind, **BUY), "buy")


def test_a_progression_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="the progression of shop is not a number"):
        steps(as_task(OldShop, **BUY, progression=lambda total, info: float("nan")), "buy")


# --- making them ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        OldShop,
        lambda *, seed: OldShop(seed),
        lambda n, /: OldShop(n),
    ],
)
def test_whoever_takes_a_seed_is_given_it(make: Any):
    assert steps(as_task(make, **BUY), seed=5) == steps(OLD, seed=5)


def test_an_action_is_one_of_the_card_or_any_answer():
    with pytest.raises(ValueError, match="'steal' is no action of shop"):
        steps(OLD, "steal")
    assert steps(as_task(OldShop, **BUY, answers=True), "steal")[1].text == "you steal"
    assert OLD.card.default_action == "buy"
    assert as_task(OldShop, **BUY, default_action="wait").card.default_action == "wait"
    with pytest.raises(ValueError, match="default action 'sit' of shop is none"):
        as_task(OldShop, **BUY, default_action="sit")


def test_what_is_left_is_closed():
    made: list[Shop] = []

    def make() -> Shop:
        made.append(Shop())
        return made[-1]

    world = as_task(make, **{**ABOUT, "actions": {"buy": 0}}).open(1)
    world.reset()
    world.reset()
    world.close()
    assert len(made) == 3
    assert all(one.closed for one in made)


# --- twins ----------------------------------------------------------------------------------------


def test_a_world_begins_anew_with_every_reset():
    world = OLD.open(4)
    first = [world.reset(), world.step("buy")]
    assert [world.reset(), world.step("buy")] == first


def test_worlds_that_do_not_follow_from_their_seed_are_refused_at_once():
    hours = iter(range(24))
    task = as_task(lambda: Plain(next(hours)), **BUY)
    world = task.open(1)
    with pytest.raises(ValueError, match="two worlds of seed 1 of shop begin differently"):
        world.reset()


def test_what_the_users_code_raises_is_told_with_its_place():
    Path("frail_shop.py").write_text(
        "from automem_graph.worlds.adapt import as_task\n"
        "class Shop:\n"
        "    def reset(self):\n"
        "        return 'open'\n"
        "    def step(self, action):\n"
        "        raise KeyError('no till')\n"
        "SHOP = as_task(Shop, name='s', title='s', instructions='', actions=('b',), max_steps=3)\n"
    )
    with WorldProcess.start() as here:
        world = here.open("frail_shop:SHOP", 1)
        world.reset()
        with pytest.raises(WorldCrashed, match=r"KeyError: 'no till' \(.*frail_shop.py:6\)"):
            world.step("b")


def test_it_is_the_same_world_in_another_process(worlds: WorldProcess):
    world = worlds.open("support.shops:SHOP", 1)
    assert [world.reset(), world.step("buy")] == steps(SHOP, "buy")
