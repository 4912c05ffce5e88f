"""Environments of other people's making, and one of them as a task: `support.shops:SHOP`."""

from __future__ import annotations

import random
from typing import Any

import gymnasium
from gymnasium.spaces import Discrete, Text

from automem_graph.worlds.adapt import as_task

ABOUT: dict[str, Any] = {
    "name": "shop", "title": "a shop", "instructions": "Buy.", "max_steps": 9,
}  # fmt: skip


class Shop(gymnasium.Env[str, int]):
    """A text environment by Gymnasium's rules: prices are drawn, three purchases empty it."""

    observation_space, action_space = Text(60), Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.closed = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self.left = 3
        return f"3 lamps at {self.np_random.integers(100)} each", {"left": 3}

    def step(self, action: int) -> tuple[str, float, bool, bool, dict[str, Any]]:
        self.left -= action == 0
        text = f"{self.left} lamps at {self.np_random.integers(100)} each"
        return text, float(action == 0), self.left == 0, False, {"left": self.left}

    def close(self) -> None:
        self.closed = True


class OldShop:
    """By old Gym's rules."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)

    def reset(self) -> str:
        return f"open until {self.luck.randrange(24)}"

    def step(self, action: str) -> tuple[Any, ...]:
        return f"you {action}", 0.25, action == "wait", {}


SHOP = as_task(Shop, **ABOUT, actions={"buy": 0, "wait": 1})
