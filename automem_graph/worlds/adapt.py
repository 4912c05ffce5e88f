"""Any class with `reset` and `step` as a task: Gymnasium's environments, old Gym's, your own.

    lake = as_task(
        lambda: gymnasium.make("FrozenLake-v1", render_mode="ansi", is_slippery=False),
        name="lake", title="a frozen lake", instructions="Reach G; H is a hole.",
        actions={"left": 0, "down": 1, "right": 2, "up": 3}, max_steps=100,
    )

What a world does must follow from its seed and its actions alone: episodes are compared world by
world, and rebuilt by taking their actions again. So every reset makes a new one, and the first is
made twice and refused where the two begin differently.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automem_graph.protocols import Observation, TaskCard, World

Text = Callable[[Any], str]
"""An observation of the environment in words."""

Progression = Callable[[float, Mapping[str, Any]], float]
"""How far an episode has come, from 0 to 1, by the sum of its rewards and the latest `info`."""

_COLOURED = re.compile(r"\x1b\[[0-9;]+m(.*?)\x1b\[0?m", re.DOTALL)


def as_task(
    make: Callable[..., Any],
    *,
    name: str,
    title: str,
    instructions: str,
    actions: Sequence[str] | Mapping[str, Any],
    max_steps: int,
    default_action: str | None = None,
    progression: Progression | None = None,
    text: Text | None = None,
    answers: bool = False,
    worlds: int | None = None,
    version: str = "",
) -> AdaptedTask:
    """A task whose worlds are what `make(seed)`, or `make()` and `reset(seed=...)`, gives.

    `step(action)` gets an action's name or, where `actions` are a mapping, what the name stands
    for; with `answers` any text is one. It returns Gymnasium's five values, old Gym's four, an
    `Observation`, or a text alone. Without `text` an observation that is none is shown as
    `render()` of an environment with render_mode "ansi", else as `str`. Without `progression` it is
    the sum of the rewards, between 0 and 1. An unknown action becomes `default_action`, by default
    the first. `worlds` and `version` are those of `worlds.own`.
    """
    values = actions if isinstance(actions, Mapping) else dict(zip(actions, actions, strict=True))
    card = TaskCard(
        name=name,
        title=title,
        instructions=instructions,
        actions=tuple(values),
        default_action=next(iter(values), "") if default_action is None else default_action,
        max_steps=max_steps,
        answers=answers,
    )
    if card.default_action not in values:
        raise ValueError(f"the default action '{card.default_action}' of {name} is none of its own")
    return AdaptedTask(card, make, values, progression or _earned, text, worlds, version)


@dataclass(frozen=True)
class AdaptedTask:
    """A `Task` around somebody's environment; see `as_task`."""

    card: TaskCard
    make: Callable[..., Any]
    values: Mapping[str, Any]
    progression: Progression
    text: Text | None
    worlds: int | None
    version: str

    def open(self, seed: int) -> World:
        return AdaptedWorld(self, seed)


class AdaptedWorld:
    """One live environment. What its code raises comes through; what makes no sense names it."""

    def __init__(self, task: AdaptedTask, seed: int) -> None:
        self._task = task
        self._seed = seed
        self._env: Any = None
        self._first: str | None = None
        self._total = 0.0

    def reset(self) -> Observation:
        """A new environment of this seed; ValueError where it begins otherwise than the last one.

        The first time two are made, one after the other, so that this is always known.
        """
        if self._first is None:
            self._first = self._begin().text
        begun = self._begin()
        if begun.text != self._first:
            raise ValueError(
                f"two worlds of seed {self._seed} of {self._task.card.name} begin differently: all "
                "that is random in them must follow from the seed"
            )
        return begun

    def step(self, action: str) -> Observation:
        """One action of the card, or any text where actions are answers; else ValueError."""
        card = self._task.card
        if action not in self._task.values and not card.answers:
            raise ValueError(f"'{action}' is no action of {card.name}")
        return self._read(self._env.step(self._task.values.get(action, action)))

    def close(self) -> None:
        """Close the environment, where it can be closed."""
        env, self._env = self._env, None
        if hasattr(env, "close"):
            env.close()

    def _begin(self) -> Observation:
        self.close()
        self._total = 0.0
        self._env = _made(self._task.make, self._seed)
        seeded = _takes(self._env.reset, "seed")
        begun = self._env.reset(seed=self._seed) if seeded else self._env.reset()
        if isinstance(begun, Observation):
            return begun
        info: Mapping[str, Any] = {}
        if isinstance(begun, tuple) and len(begun) == 2 and isinstance(begun[1], Mapping):
            begun, info = begun
        return self._observation(begun, 0.0, False, info)

    def _read(self, said: Any) -> Observation:
        """What a step returned; TypeError where it is nothing that is known."""
        match said:
            case Observation():
                return said
            case str():
                return self._observation(said, 0.0, False, {})
            case (seen, reward, ended, cut_off, Mapping() as info):
                return self._observation(seen, reward, bool(ended or cut_off), info)
            case (seen, reward, ended, Mapping() as info):
                return self._observation(seen, reward, bool(ended), info)
        what = f"{len(said)} values" if isinstance(said, tuple) else type(said).__name__
        raise TypeError(
            f"{type(self._env).__name__}.step of {self._task.card.name} returned {what}: it should "
            "be (observation, reward, terminated, truncated, info), an Observation, or a text"
        )

    def _observation(
        self, seen: Any, reward: Any, done: bool, info: Mapping[str, Any]
    ) -> Observation:
        self._total += float(reward)
        come = float(self._task.progression(self._total, info))
        if math.isnan(come):
            raise ValueError(f"the progression of {self._task.card.name} is not a number")
        return Observation(
            text=self._words(seen),
            reward=float(reward),
            done=done,
            progression=min(1.0, max(0.0, come)),
        )

    def _words(self, seen: Any) -> str:
        """The text of an observation; what only its colour tells apart stands in brackets."""
        if self._task.text is not None:
            return self._task.text(seen)
        if isinstance(seen, str):
            return seen
        if getattr(self._env, "render_mode", None) == "ansi":
            return _COLOURED.sub(r"[\1]", str(self._env.render())).strip("\n")
        return str(seen)


def _earned(total: float, info: Mapping[str, Any]) -> float:
    return total


def _made(make: Callable[..., Any], seed: int) -> Any:
    """A new environment: `make(seed=seed)`, `make(seed)` or `make()`, whichever it takes."""
    if _takes(make, "seed"):
        return make(seed=seed)
    return make(seed) if _asks(make) else make()


def _takes(call: Callable[..., Any], name: str) -> bool:
    """Whether it has a parameter of this name that can be named."""
    return any(one.name == name and one.kind != one.POSITIONAL_ONLY for one in _parameters(call))


def _asks(call: Callable[..., Any]) -> bool:
    """Whether it cannot be called with nothing."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(one.default is one.empty and one.kind in kinds for one in _parameters(call))


def _parameters(call: Callable[..., Any]) -> Sequence[inspect.Parameter]:
    try:
        return tuple(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):  # something built in, which says nothing
        return ()
