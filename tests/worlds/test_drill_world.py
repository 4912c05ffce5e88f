"""The drill: the same odd texts for the same seed, all of them soon, behind any task's actions."""

import pytest

from automem_graph.worlds.crafter.card import CARD as CRAFTER
from automem_graph.worlds.drill.task import CARD
from automem_graph.worlds.drill.texts import ALIKE, HOSTILE
from automem_graph.worlds.drill.world import DrillWorld
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import find_task, suite_names, task_names


def texts(world: DrillWorld, actions: tuple[str, ...] = CARD.actions, steps: int = 30) -> list[str]:
    shown = [world.reset().text]
    return shown + [world.step(actions[n % len(actions)]).text for n in range(steps - 1)]


def test_it_is_a_task_that_no_list_names():
    assert find_task("drill").card is CARD
    assert "drill" not in task_names()
    assert "drill" not in suite_names()


def test_the_seed_decides_all_also_in_another_process():
    here = texts(DrillWorld(CARD, 7))
    assert here == texts(DrillWorld(CARD, 7)) != texts(DrillWorld(CARD, 8))
    with WorldProcess.start() as worlds:
        there = worlds.open("drill", 7)
        assert here[:12] == [
            there.replay([CARD.actions[n % 6] for n in range(steps)]).text for steps in range(12)
        ]


@pytest.mark.parametrize("seed", [0, 1, 42])
def test_every_hostile_text_comes_up_once_in_thirty_steps(seed):
    shown = texts(DrillWorld(CARD, seed))
    assert [text for text in HOSTILE if shown.count(text) != 1] == []


def test_some_answers_in_a_row_are_the_same():
    shown = texts(DrillWorld(CARD, 42))
    assert len({shown[step] for step in ALIKE}) == 1
    assert shown[ALIKE.start - 1] != shown[ALIKE.start] != shown[ALIKE.stop]


def test_it_stands_behind_any_card_and_shows_that_task_s_texts_between_its_own():
    world = DrillWorld(CRAFTER, 1, ["first", "second"])
    shown = texts(world, CRAFTER.actions)
    assert [text for text in shown if text not in HOSTILE][:4] == ["first", "second"] * 2
    with pytest.raises(ValueError, match="'North' is no action of the drill"):
        world.step("North")


def test_progression_is_the_share_of_the_steps():
    world = DrillWorld(CARD, 1)
    world.reset()
    answers = [world.step("Wait") for _ in range(45)]
    assert answers[9].progression == pytest.approx(0.25)
    assert answers[-1].progression == 1.0
    assert not answers[-1].done
