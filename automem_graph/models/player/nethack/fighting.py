"""Urges to fight: what is beside is struck, and several foes are met where few can stand around."""

from __future__ import annotations

from automem_graph.models.player.nethack.grid import AROUND
from automem_graph.models.player.nethack.scene import FRIENDS, Scene
from automem_graph.models.player.nethack.terrain import CREATURES

_NEAR = 7  # steps to creatures that count as hunting the player
_MANY = 3  # of them are too many to wait until they are here
_PATIENCE = 10  # turns
_AT_MOST = 6  # steps to a better place
_NARROW, _BACK = 2, 3  # openings of a narrow place, and steps to one to draw back to
_AT_REST = 40  # steps at one place after which no rest helps
DISTURBED = "You stop searching"


def retreat(scene: Scene) -> str | None:
    """From several foes to a place near by where fewer of them can get at the player.

    There it waits for those that come, for a while.
    """
    if len(scene.foes) < 2 and _hunters(scene) < _MANY:
        return _draw_back(scene)
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


def rest(scene: Scene) -> str | None:
    """Let hit points come back where nothing is about: many turns by a few actions."""
    figures, atlas = scene.sight.figures, scene.atlas
    if atlas is None or not atlas.quiet or atlas.times > _AT_REST or scene.sight.hunger:
        return None
    if figures.get("HP", 1) * 2 >= figures.get("HP of", 1) or DISTURBED in scene.sight.message:
        return None
    return scene.can("9")


def _draw_back(scene: Scene) -> str | None:
    """From a pack that was about just now, to where it is narrow: it follows one by one."""
    if scene.atlas is None or scene.foes or scene.atlas.pack < 2 or scene.atlas.times > _PATIENCE:
        return None
    if _openings(scene, scene.here) <= _NARROW and (waits := scene.can("search")):
        return waits
    near = (at for at in scene.reach if scene.reach.steps[at] <= _BACK and at in scene.notes.walked)
    return next((scene.reach.first[at] for at in near if _openings(scene, at) <= _NARROW), None)
