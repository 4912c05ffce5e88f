"""About lava that bars the way: what can freeze it, and from where that would open a path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from automem_graph.models.player.nethack.chances import Chance, chance
from automem_graph.models.player.nethack.grid import STRAIGHT, WAYS
from automem_graph.models.player.nethack.scene import Scene
from automem_graph.models.player.nethack.terrain import LIQUID

WAND = re.compile(r"\bwand\b(?! of (?!cold))(?!.*:0\))")
HORN = re.compile(r"(?<!tooled )(?<!fire )(?<!unicorn )\bhorn\b")
"""What may be a wand of cold and a frost horn, as far as their names tell."""

_TOOL = re.compile(rf"(?:{WAND.pattern}|{HORN.pattern})(?!.*for sale)")
_EFFORT = 4.0  # steps that it takes, about
_LIES_HERE = re.compile(r"You see here|Things that are here")


def take_tools(scene: Scene) -> str | None:
    """Pick up what lies where the player starts; later only what it could use and has none of."""
    if scene.moment.before is None and scene.moment.step == 0:
        return scene.can("pickup")
    if tool_in_hand(scene) is not None:
        return None
    if _LIES_HERE.search(scene.sight.message) and _TOOL.search(scene.sight.message):
        return scene.can("pickup")
    return scene.reach.way_to(scene.spots(_TOOL, "/("))


def over_lava(scene: Scene) -> Iterator[Chance]:
    """To a bank from which cold would freeze a path to new ground."""
    use = tool_in_hand(scene)
    if use is None or LIQUID not in scene.sight.cells:
        return
    for cell in scene.reach.steps:
        if across(scene, cell):
            yield chance(scene, cell, _EFFORT, use)


def tool_in_hand(scene: Scene) -> str | None:
    """The action that uses what may send cold: zap a wand, else blow a horn."""
    carried = [name for _, name in scene.sight.inventory]
    if any(map(WAND.search, carried)):
        return scene.can("zap")
    return scene.can("apply") if any(map(HORN.search, carried)) else None


def across(scene: Scene, cell: int) -> list[str]:
    """The straight directions in which only lava or water lies between a cell and new ground."""
    return [way for way in STRAIGHT if _leads_across(scene, cell, WAYS[way])]


def _leads_across(scene: Scene, cell: int, step: int) -> bool:
    cells, far = scene.sight.cells, cell + step
    while cells[far] == LIQUID:
        far += step
    return far != cell + step and far not in scene.reach.steps and not scene.land.stops(far)
