"""The MiniHack environments under the tasks, set up as in BALROG (arXiv 2411.13543)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
from minihack import LevelGenerator, MiniHackNavigation
from nle import nethack

from automem_graph.worlds.minihack.boxoban import SETS, choose_level
from automem_graph.worlds.minihack.card import LEVELS

_BOULDER, _FOUNTAIN = ord("`"), ord("{")
_CELLS = str.maketrans({"#": "F", " ": ".", "$": ".", "@": "."})
"""A Boxoban row as NetHack's level compiler writes it; goals are floor there as well."""


def open_level(name: str, seed: int, *, autopickup: bool) -> Any:
    """The environment of a task: a hero of random role where the level leaves it open, no pet.

    BALROG turns MiniHack's autopickup off.
    """
    settings: dict[str, Any] = {"character": "@", "autopickup": autopickup, "fix_moon_phase": True}
    if name in SETS:
        return Boxoban(choose_level(name, seed), **settings)
    made = gymnasium.make(LEVELS[name].environment, disable_env_checker=True, **settings)
    return made.unwrapped


class Boxoban(MiniHackNavigation):  # type: ignore[misc]  # minihack has no types
    """One Boxoban level, won when every fountain has its boulder.

    MiniHack's own class looks for levels inside the installed package, draws one from the global
    random numbers at every reset, and fails under NLE 1.3.
    """

    def __init__(self, rows: Sequence[str], **settings: Any) -> None:
        super().__init__(
            des_file=_compiled(rows),
            actions=tuple(nethack.CompassCardinalDirection),
            **settings,
        )
        self._goals: set[tuple[int, int]] | None = None

    def _is_episode_end(self, observation: Any) -> Any:
        """Called at every step, first of all with the untouched level, which shows all goals."""
        chars = observation[self._observation_keys.index("chars")]
        if self._goals is None:
            self._goals = _cells(chars, _FOUNTAIN)
        won = self._goals == _cells(chars, _BOULDER)
        return self.StepStatus.TASK_SUCCESSFUL if won else self.StepStatus.RUNNING


def _compiled(rows: Sequence[str]) -> str:
    """The level in the language of NetHack's level compiler: known to the player from the start."""
    level = LevelGenerator(
        map="\n".join(row.translate(_CELLS) for row in rows),
        lit=True,
        flags=("noteleport", "premapped"),
        solidfill=" ",
    )
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if cell == "$":
                level.add_boulder((x, y))
            elif cell == ".":
                level.add_fountain((x, y))
            elif cell == "@":
                level.set_start_pos((x, y))
    return str(level.get_des())


def _cells(chars: Any, sign: int) -> set[tuple[int, int]]:
    return set(zip(*(axis.tolist() for axis in (chars == sign).nonzero()), strict=True))
