"""The urge to get on: to the stairs, and where they are not known or out of reach, to whatever is
likely to show the way in the fewest steps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from automem_graph.models.player.nethack.chances import Chance, chance
from automem_graph.models.player.nethack.doors import locked_doors
from automem_graph.models.player.nethack.lava import over_lava
from automem_graph.models.player.nethack.scene import Scene
from automem_graph.models.player.nethack.searching import hidden_ways
from automem_graph.models.player.nethack.striding import search, walk
from automem_graph.models.player.nethack.terrain import TRAP

_LEADS_DOWN = re.compile(r"^(?:trap door|hole)$")
_TO_PUSH = 15.0
"""Steps that a way past boulders and over traps counts for."""


def descend(scene: Scene) -> str | None:
    """Down, on the stairs; what was reached by it is never lost again."""
    return scene.can("down") if scene.notes.stairs == scene.here else None


def to_stairs(scene: Scene) -> str | None:
    """To the stairs down, where they are known and in reach; else into a trap door."""
    stairs = scene.notes.stairs
    if stairs is not None and stairs in scene.reach.first:
        return walk(scene, stairs)
    return scene.rough_reach.way_to(scene.spots(_LEADS_DOWN, TRAP))


def explore(scene: Scene) -> str | None:
    """The most promising thing to try; what is hidden, only when nothing else is left."""
    chances = [*over_lava(scene), *_frontier(scene), *_roughly(scene), *locked_doors(scene)]
    best = min(chances or hidden_ways(scene), key=lambda found: found.steps, default=None)
    if best is None or best.cell is None:
        return best.action if best else None
    if best.cell in scene.reach.first:
        return walk(scene, best.cell)
    return search(scene) if best.action == "search" else best.action


def _frontier(scene: Scene) -> Iterator[Chance]:
    """To where the level is not known yet."""
    return (chance(scene, cell, 0.0, "") for cell in scene.reach if _is_frontier(scene, cell))


def _roughly(scene: Scene) -> Iterator[Chance]:
    """The same, and to the stairs, by ways that take pushing boulders or stepping on traps."""
    steps, first = scene.rough_reach.steps, scene.rough_reach.first
    for cell in first.keys() - scene.reach.first.keys():
        if cell == scene.notes.stairs or _is_frontier(scene, cell):
            yield Chance(steps[cell] + _TO_PUSH, first[cell])


def _is_frontier(scene: Scene, cell: int) -> bool:
    """Whether blanks that nobody has stood beside are around a cell: rock, or the unknown."""
    return cell not in scene.notes.walked and not scene.looked_at.issuperset(
        scene.land.blanks(cell)
    )
