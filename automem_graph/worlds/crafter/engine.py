"""The Crafter engine made deterministic: same seed and same actions, same world, in any process.

As shipped, Crafter 1.8.3 keeps the objects of each map chunk in a set, whose order follows memory
addresses and decides which creature vanishes. It also draws an image at every step, which takes
most of the time and, in the dark, random numbers from the world's own generator. Here chunks keep
the order of insertion and nothing is drawn: worlds of one seed are twins of each other, though not
of a Crafter that draws.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

import crafter
from crafter import constants
from crafter.engine import World

from automem_graph.worlds.crafter.scene import (
    EAST_REACH,
    OPEN_GROUND,
    SOUTH_REACH,
    VITALS,
    Scene,
    Thing,
)

NATIVE_STEPS = 10_000
"""Where Crafter itself ends an episode; a task's own limit is applied by the episode."""

ACHIEVEMENTS: tuple[str, ...] = tuple(constants.achievements)


class _Ordered(dict[Any, None]):
    """A set that keeps insertion order, with the two methods that chunks need."""

    def add(self, item: Any) -> None:
        self[item] = None

    def remove(self, item: Any) -> None:
        del self[item]


class _TwinWorld(World):  # type: ignore[misc]  # crafter has no types
    def reset(self, seed: int | None = None) -> None:
        super().reset(seed)
        self._chunks: defaultdict[tuple[int, ...], _Ordered] = defaultdict(_Ordered)


class Engine(crafter.Env):  # type: ignore[misc]
    """One Crafter episode. Make a new one to start over: the seed of a reset counts the resets."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed, length=NATIVE_STEPS)
        self._world.__class__ = _TwinWorld  # in place: the views already hold this world
        self._sem_view = lambda: None  # `scene` reads the few cells in view instead
        self.reset()

    def _obs(self) -> None:
        """Draw nothing, neither at a reset nor at a step."""

    def clone(self) -> Engine:
        """A copy that goes on alone; only the textures, which never change, are shared."""
        return copy.deepcopy(self, {id(self._textures): self._textures})

    @property
    def player(self) -> Any:
        """The live `crafter.objects.Player`."""
        return self._player

    @property
    def daylight(self) -> float:
        """1.0 at noon, near 0 at midnight; a day has 300 steps."""
        return float(self._world.daylight)

    def unlocked(self) -> tuple[str, ...]:
        """The achievements reached so far, in Crafter's order."""
        reached = self._player.achievements
        return tuple(name for name in ACHIEVEMENTS if reached[name] > 0)

    def textures_at(self, east: int, south: int) -> tuple[str, ...]:
        """What is drawn in a cell, bottom to top, by Crafter's names; nothing outside the map."""
        x, y = self._player.pos.tolist()
        material, creature = self._world[x + east, y + south]
        return tuple(name for name in (material, creature and creature.texture) if name)

    def scene(self) -> Scene:
        """What the player can see now."""
        player = self._player
        east, south = (int(step) for step in player.facing)
        return Scene(
            things=self._things(),
            facing=self._kind_at(east, south),
            vitals={name: int(player.inventory[name]) for name in VITALS},
            inventory={
                name: int(count)
                for name, count in player.inventory.items()
                if count and name not in VITALS
            },
            sleeping=bool(player.sleeping),
            dead=player.health <= 0,
        )

    def _things(self) -> tuple[Thing, ...]:
        return tuple(
            Thing(kind, east, south)
            for east in range(-EAST_REACH, EAST_REACH + 1)
            for south in range(-SOUTH_REACH, SOUTH_REACH + 1)
            if (east or south) and (kind := self._kind_at(east, south)) is not None
        )

    def _kind_at(self, east: int, south: int) -> str | None:
        x, y = self._player.pos.tolist()
        material, creature = self._world[x + east, y + south]
        kind = material if creature is None else type(creature).__name__.lower()
        return None if kind in OPEN_GROUND else kind
