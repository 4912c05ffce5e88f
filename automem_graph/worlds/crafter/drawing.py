"""A Crafter scene in its textures, as its players see it.

Crafter's own view adds noise at night, which takes random numbers from the world's generator; a
frame says how dark it is and leaves that to whoever shows it. So nothing here is random, and
nothing of the world changes.
"""

from __future__ import annotations

from automem_graph.worlds.crafter.engine import Engine
from automem_graph.worlds.crafter.scene import EAST_REACH, SOUTH_REACH
from automem_graph.worlds.crafter.textures import NUMBERS
from automem_graph.worlds.frames import Tiles

COLUMNS, ROWS = 2 * EAST_REACH + 1, 2 * SOUTH_REACH + 1


def draw(engine: Engine) -> Tiles:
    """The cells around the player, and what is held."""
    player = engine.player
    state = "dead" if player.health <= 0 else "asleep" if player.sleeping else ""
    return Tiles(
        columns=COLUMNS,
        rows=ROWS,
        cells=tuple(
            tuple(map(_number, engine.textures_at(east, south)))
            for south in range(-SOUTH_REACH, SOUTH_REACH + 1)
            for east in range(-EAST_REACH, EAST_REACH + 1)
        ),
        dark=round(1 - min(1.0, max(0.0, engine.daylight)), 2),
        items=tuple(
            (_number(name), int(count), name.replace("_", " "))
            for name, count in player.inventory.items()
            if count
        ),
        caption=state,
    )


def _number(name: str) -> int:
    return NUMBERS.get(name, NUMBERS["unknown"])
