"""Doors that do not open: a kick may break them in."""

from __future__ import annotations

from collections.abc import Iterator

from automem_graph.models.player.nethack.chances import Chance, chance
from automem_graph.models.player.nethack.grid import STRAIGHT, WAYS
from automem_graph.models.player.nethack.scene import Scene

_EFFORT = 6.0  # steps that it takes, about
_MOST = 20  # kicks before a door is given up


def locked_doors(scene: Scene) -> Iterator[Chance]:
    """To where a door would not open, to kick it in."""
    if kick := scene.can("kick"):
        for cell, _ in locked(scene):
            if cell in scene.reach.steps:
                yield chance(scene, cell, _EFFORT, kick)


def locked(scene: Scene) -> Iterator[tuple[int, str]]:
    """The cells from which a closed door would not open, and which way it is."""
    for cell, way in scene.notes.vain:
        shut = way in STRAIGHT and scene.land.is_shut(cell + WAYS[way])
        if shut and scene.notes.tries(cell, f"kick {way}") < _MOST:
            yield cell, way
