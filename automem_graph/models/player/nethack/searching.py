"""Where to search for hidden doors and passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from automem_graph.models.player.nethack.chances import Chance, chance
from automem_graph.models.player.nethack.grid import AROUND, BLANK, STRAIGHT, WAYS
from automem_graph.models.player.nethack.scene import Scene

_EFFORT = 30.0  # steps that it is worth to walk before searching a place again
_IN_A_ROW = 7  # searches at one place: each finds what is there with a chance of 1 in 7, or less
_DEAD_END = 20.0  # steps that it is worth to walk to where a corridor ends
_FAR = 10  # cells of nothing behind a wall that make it worth searching


def hidden_ways(scene: Scene) -> Iterator[Chance]:
    """At dead ends, and where much is blank behind a wall; where it was not searched much yet."""
    search = scene.can("search")
    if search is None:
        return
    times: Counter[int] = Counter()
    for (at, action), count in scene.notes.vain.items():
        if action == search:
            times.update({at + step: count for step in (0, *AROUND)})
    for cell in scene.reach.steps:
        effort = _EFFORT * (times[cell] // _IN_A_ROW) - _promise(scene, cell)
        yield chance(scene, cell, effort, search)


def _promise(scene: Scene, cell: int) -> float:
    """How many steps it is worth to walk to search here."""
    land = scene.land
    exits = sum(not land.stops(cell + step) for step in AROUND)
    behind = max(_blank_behind(land.cells, cell + WAYS[way], WAYS[way]) for way in STRAIGHT)
    return behind + (_DEAD_END if exits <= 1 else 0.0)


def _blank_behind(cells: str, cell: int, step: int) -> int:
    """Blank cells in a row behind a wall or blank rock, up to `_FAR`; none behind open ground."""
    start = cell + step
    if start < 0 or cells[cell] not in f"-|{BLANK}":
        return 0
    row = cells[start : max(0, start + _FAR * step) : step]
    return len(row) - len(row.lstrip(BLANK))
