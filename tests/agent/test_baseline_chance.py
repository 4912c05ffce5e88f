"""Chance: uniform, the same in any process, and free."""

from collections import Counter

import pytest

from automem_graph.agent.baselines.chance import draw
from automem_graph.worlds.registry import find_task
from support.playing import table
from support.scripted import in_turn
from support.toy import CORRIDOR

SEED_42 = ["Left", "Left", "Left", "Right", "Right", "Left", "Right", "Left"]


def test_draws_are_fixed_for_ever():
    assert [draw(CORRIDOR.card, 42, step) for step in range(8)] == SEED_42
    assert [draw(CORRIDOR.card, 43, step) for step in range(8)] != SEED_42


def test_draws_are_uniform():
    card = find_task("crafter").card
    counts = Counter(draw(card, seed, step) for seed in range(17) for step in range(1000))
    assert set(counts) == set(card.actions)
    assert max(abs(count - 1000) for count in counts.values()) < 130  # four standard deviations


def test_an_episode_is_drawn_without_any_model():
    model = in_turn("never asked")
    with table(model, agent="random", gameplay="offline:player", steps=8) as at:
        result = at.play()
        rows = at.rows()
        assert at.models["gameplay"].prompts == []
    assert [row.action for row in rows] == SEED_42
    assert all(row.calls == row.messages == () for row in rows)
    assert (result.asked.scaffold, result.asked.gameplay, result.asked.specialist) == ("", "", "")


@pytest.mark.parametrize("steps_per_run", [1, 3])
def test_pausing_changes_nothing(steps_per_run: int):
    asked = {"agent": "random", "gameplay": "offline:player", "steps": 8}
    with table(in_turn(""), steps_per_run=steps_per_run, **asked) as at:
        at.play()
        assert [row.action for row in at.rows()] == SEED_42
