"""Many steps by one action, where an atlas tells how far the ways are clear.

`far east` runs as far as it is clear, also round the bends of a corridor; a digit before an action
repeats it; `travel`, `down`, `wait` goes to stairs that the map shows. Each of these actions stands
alone: what comes next follows from what the last one was and what the game shows or asks.
"""

from __future__ import annotations

import re

from automem_graph.models.player.nethack.scene import Scene
from automem_graph.models.player.nethack.terrain import DOWN

_COUNT = re.compile(r"^Count: \d{1,3}$")
"""What the game says to the second digit of a number."""
_WHERE_TO = "Where do you want to travel to"
_DOWN = ("staircase down", "ladder down")
"""What the game calls the place that the cursor was put on."""
_STEPS = 3  # in a row that are worth a digit
_JOURNEY = 6  # steps that are worth three actions
_TIRED = 4  # steps at one place after which only single ones are taken
_ENOUGH = 20  # steps at one place after which searching is done turn by turn
_SEARCHES = "15"


def walk(scene: Scene, cell: int) -> str:
    """To a cell within reach, by as few actions as an atlas allows."""
    way, atlas = scene.reach.first[cell], scene.atlas
    if atlas is None or atlas.times > _TIRED or scene.moment.last_action.isdecimal():
        return way
    if _on_map(scene, cell) and scene.reach.steps[cell] >= _JOURNEY and scene.can("travel"):
        return "travel"
    leg, clear = scene.reach.leg(cell), atlas.clear.get(way, 0)
    if leg >= clear > 0:
        return scene.can(f"far {way}") or way
    return (scene.can(str(min(leg, 9))) if clear and leg >= _STEPS else None) or way


def search(scene: Scene) -> str | None:
    """To search here: with an atlas many times at once, where the game takes numbers."""
    many = scene.atlas is not None and scene.atlas.times <= _ENOUGH
    if not many or not all(map(scene.can, _SEARCHES)):
        return scene.can("search")
    return _SEARCHES[scene.moment.last_action == _SEARCHES[0]]


def go_on(scene: Scene) -> str | None:
    """What follows on a number, and on where to travel to."""
    sight, last = scene.sight, scene.moment.last_action
    if _COUNT.search(sight.message):
        return scene.can("search")
    if _WHERE_TO in sight.message:
        return scene.can("down")
    chosen = last == "down" and sight.at is None and sight.message in _DOWN
    return scene.can("wait") if chosen else None


def _on_map(scene: Scene, cell: int) -> bool:
    """Whether the map shows that there are stairs down: nothing lies on them."""
    return cell == scene.notes.stairs and scene.sight.cells[cell] == DOWN
