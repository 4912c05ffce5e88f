"""What may show the way on, compared by about how many steps it takes."""

from __future__ import annotations

from typing import NamedTuple

from automem_graph.models.player.nethack.grid import apart
from automem_graph.models.player.nethack.scene import Scene

_DARK = 0.25  # steps that a dark square about an opening is worth
_WORN = 3.0  # steps that having been on the next square once more counts for


class Chance(NamedTuple):
    """Something to try: about how many steps it takes, and what to do now for it."""

    steps: float
    action: str
    cell: int | None = None
    """Where, if a walk without pushing leads there."""


def chance(scene: Scene, cell: int, effort: float, action: str) -> Chance:
    """To do something at a cell within reach, `effort` more steps; `action` is for who is there.

    With stairs in sight that are out of reach, what lies towards them is better.
    """
    stairs = scene.notes.stairs
    off = 0 if stairs is None else apart(cell, stairs)
    way = scene.reach.first.get(cell, action)
    return Chance(scene.reach.steps[cell] + effort + off + _known(scene, cell, way), way, cell)


def _known(scene: Scene, cell: int, way: str) -> float:
    """What an atlas tells against a cell, in steps: it is worn on the way, or little is dark."""
    if scene.atlas is None:
        return 0.0
    return _WORN * scene.atlas.worn.get(way, 0) - _DARK * scene.atlas.dark.get(cell, 0)
