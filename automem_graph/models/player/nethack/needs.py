"""What the player does now: a list of urges, the most pressing first, each a small rule."""

from __future__ import annotations

from collections.abc import Callable

from automem_graph.models.player.chance import draw
from automem_graph.models.player.nethack.advice import send_ray
from automem_graph.models.player.nethack.body import eat, pray, put_back
from automem_graph.models.player.nethack.exploring import descend, explore, to_stairs
from automem_graph.models.player.nethack.fighting import fight, rest, retreat
from automem_graph.models.player.nethack.grid import WAYS
from automem_graph.models.player.nethack.lava import take_tools
from automem_graph.models.player.nethack.questions import answer
from automem_graph.models.player.nethack.scene import Scene
from automem_graph.models.player.nethack.striding import go_on

Urge = Callable[[Scene], str | None]
"""A rule: from what is known, it names an action or passes."""

URGES: tuple[Urge, ...] = (
    go_on,
    answer,
    descend,
    pray,
    send_ray,
    retreat,
    fight,
    eat,
    put_back,
    take_tools,
    rest,
    to_stairs,
    explore,
)
"""The most pressing first."""


def decide(scene: Scene) -> str:
    """The action of the first urge that speaks; without any, a step at random."""
    for urge in URGES:
        if (action := urge(scene)) is not None:
            return action
    ways = [way for way in WAYS if scene.can(way) and not scene.notes.tries(scene.here, way)]
    return ways[draw(len(ways), "step", scene.moment.step)] if ways else "north"
