"""One live drill: odd texts that follow from the seed and the step, behind any task's actions."""

from __future__ import annotations

import random
from collections.abc import Sequence

from automem_graph.protocols import Observation, TaskCard
from automem_graph.worlds.drill.texts import ALIKE, HOSTILE, room

_LEFT_OUT = sum(1 for step in ALIKE if step % 3)
"""Hostile texts whose turn falls among the steps that are alike."""


class DrillWorld:
    """Takes the actions of the card, and shows what it likes; it never ends by itself.

    Two texts of three are hostile, and each of these comes up once in the first 30 steps. The rest
    are plain rooms, or `texts` where some are given: observations of the card's own task.
    """

    def __init__(self, card: TaskCard, seed: int, texts: Sequence[str] = ()) -> None:
        self._card = card
        self._seed = seed
        self._texts = tuple(texts)
        self._order = random.Random(seed).sample(HOSTILE, len(HOSTILE))
        self._step = 0
        self._room = seed % 100

    def reset(self) -> Observation:
        self._step, self._room = 0, self._seed % 100
        return self._observation()

    def step(self, action: str) -> Observation:
        """One action of the card, spelled exactly, or any answer; ValueError for any other."""
        if action not in self._card.actions and not self._card.answers:
            known = ", ".join(self._card.actions)
            raise ValueError(f"'{action}' is no action of the drill; these are: {known}")
        self._step += 1
        if self._step not in ALIKE[1:]:
            self._room = (self._room + 7 * self._number(action) + 1) % 100
        return self._observation()

    def _number(self, action: str) -> int:
        """An action's place on the card; of another answer its length."""
        known = self._card.actions
        return known.index(action) if action in known else len(action)

    def close(self) -> None:
        pass

    def _observation(self) -> Observation:
        progression = min(1.0, self._step / self._card.max_steps)
        return Observation(text=self._text(), progression=progression)

    def _text(self) -> str:
        step = ALIKE.start if self._step in ALIKE else self._step
        plain, odd = divmod(step, 3)
        if odd:
            turn = 2 * plain + odd - 1 - _LEFT_OUT * (step > ALIKE.start)
            return self._order[turn % len(self._order)]
        if self._texts:
            return self._texts[plain % len(self._texts)]
        return room(self._room, step)
