"""What may show the way on, compared by about how many steps it takes."""

from __future__ import annotations

from typing import NamedTuple

from automem_graph.models.player.nethack.grid import apart
from automem_graph.models.player.nethack.scene import Scene


class Chance(NamedTuple):
    """Something to try: about how many steps it takes, and what to do now for it."""

    steps: float
    action: str


def chance(scene: Scene, cell: int, effort: float, action: str) -> Chance:
    """To do something at a cell within reach, `effort` more steps; `action` is for who is there.

    With stairs in sight that are out of reach, what lies towards them is better.
    """
    stairs = scene.notes.stairs
    off = 0 if stairs is None else apart(cell, stairs)
    return Chance(scene.reach.steps[cell] + effort + off, scene.reach.first.get(cell, action))
