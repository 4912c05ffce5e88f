"""Urges to fight: what is beside is struck, and several foes are met where few can stand around."""

from __future__ import annotations

from automem_graph.models.player.nethack.grid import AROUND
from automem_graph.models.player.nethack.scene import FRIENDS, Scene
from automem_graph.models.player.nethack.terrain import CREATURES

_NEAR = 7  # steps to creatures that count as hunting the player
_MANY = 3  # of them are too many to wait until they are here
_PATIENCE = 10  # turns
_AT_MOST = 6  # steps to a better place


def retreat(scene: Scene) -> str | None:
    """From several foes to a place near by where fewer of them can get at the player.

    There it waits for those that come, for a while.
    """
    if len(scene.foes) < 2 and _hunters(scene) < _MANY:
        return None
    steps, first = scene.reach.steps, scene.reach.first
    near = [at for at, far in steps.items() if far <= _AT_MOST and first.get(at) not in scene.foes]
    best = min(near, key=lambda at: 4 * _openings(scene, at) + steps[at])
    waits = best == scene.here and not scene.foes
    if waits and scene.notes.tries(scene.here, "search") < _PATIENCE:
        return scene.can("search")
    return first.get(best)


def fight(scene: Scene) -> str | None:
    """Strike a creature beside."""
    return scene.foes[0] if scene.foes else None


def _hunters(scene: Scene) -> int:
    """How many creatures are near and on the move, without those that are known as friends."""
    cells, steps = scene.sight.cells, scene.reach.steps
    about = [at for at, far in steps.items() if 0 < far <= _NEAR and cells[at] in CREATURES]
    things = scene.sight.things
    return len(about) - sum(thing.close for thing in things if FRIENDS.match(thing.kind))


def _openings(scene: Scene, cell: int) -> int:
    """From how many sides a place can be attacked."""
    return sum(not scene.land.stops(cell + step) for step in AROUND)
