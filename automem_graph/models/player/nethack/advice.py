"""What a guide in memory advises, as far as the player has a rule for it.

One piece of advice it knows: to send a ray along a row of foes. A line of `guide.md` such as

    Foes in a row: zap the wand, or apply the horn, along the row.

makes it do so; without such a line it keeps its wands for lava.
"""

from __future__ import annotations

import re

from automem_graph.models.player.nethack.grid import WAYS
from automem_graph.models.player.nethack.lava import tool_in_hand
from automem_graph.models.player.nethack.scene import FRIENDS, Scene
from automem_graph.models.player.nethack.terrain import CREATURES

GUIDE = "guide.md"

_RAYS = re.compile(
    r"^[^\n]{0,80}\b(?:foes|creatures|monsters) in a (?:row|line)\b[^\n]{0,200}\b(?:wand|horn)\b",
    re.MULTILINE | re.IGNORECASE,
)
_REACH = 7
"""Squares of a row that count; a ray that meets a wall sooner may come back."""
_ROW = 2
"""Foes that are worth a ray."""


def advises_rays(told: str) -> bool:
    """Whether a line of what was told says to use a wand or a horn at foes in a row."""
    return bool(_RAYS.search(told))


def send_ray(scene: Scene) -> str | None:
    """Use what may send a ray, where foes stand in a row and a guide advises that."""
    return tool_in_hand(scene) if ray_way(scene) else None


def ray_way(scene: Scene) -> str | None:
    """The direction in which most foes stand in a row; None without a row, or without advice."""
    if not advises_rays(scene.moment.told):
        return None
    best = max(WAYS, key=lambda way: _in_row(scene, WAYS[way]))
    return best if _in_row(scene, WAYS[best]) >= _ROW else None


def _in_row(scene: Scene, step: int) -> int:
    """How many foes stand in a row; none where a wall is near, or a friend about."""
    if any(thing.close for thing in scene.sight.things if FRIENDS.match(thing.kind)):
        return 0
    foes = 0
    for far in range(1, _REACH + 1):
        at = scene.here + step * far
        if scene.land.stops(at):
            return 0
        foes += scene.sight.cells[at] in CREATURES
    return foes
