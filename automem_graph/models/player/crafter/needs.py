"""What the player wants now: a list of urges, the most pressing first, each a small rule."""

from __future__ import annotations

from automem_graph.models.player.crafter.crafting import make_tools
from automem_graph.models.player.crafter.gathering import gather, pick_sapling, try_placing
from automem_graph.models.player.crafter.hunger import drink, eat
from automem_graph.models.player.crafter.knowledge import FOES, WEAK, is_night
from automem_graph.models.player.crafter.nights import nap, rest, shelter, stay_asleep, stock_up
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import Recall
from automem_graph.models.player.crafter.wants import Urge, Want


def want(sight: Sight, recall: Recall, step: int) -> Want:
    """The first urge that speaks; without any, look around for ore."""
    for urge in URGES:
        if (found := urge(sight, recall, step)) is not None:
            return found
    return Want("find", "iron")


def fight(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Whatever attacks from beside is struck first."""
    for foe in FOES:
        thing = sight.nearest(foe)
        if thing and thing.beside:
            return Want("use", foe)
    return None


def hunt(sight: Sight, recall: Recall, step: int) -> Want | None:
    """With a sword and a map, by day, go for a skeleton in view rather than be shot at."""
    skeleton = sight.nearest("skeleton")
    if recall.chart is None or skeleton is None or is_night(step) or not sight.has("wood sword"):
        return None
    reach = 3 if recall.done("defeat skeleton") else 5
    able = skeleton.steps <= reach and sight.vital("health") > WEAK + 1
    return Want("use", "skeleton") if able else None


URGES: tuple[Urge, ...] = (
    stay_asleep,
    fight,
    rest,
    drink,
    eat,
    hunt,
    shelter,
    stock_up,
    nap,
    make_tools,
    try_placing,
    pick_sapling,
    gather,
)
"""The most pressing first."""
