"""Urges of the body: water and food.

With a map the player knows where to go and how far it is, and can choose when: in the evening, for
the night in its shelter. Without one it takes what it sees.
"""

from __future__ import annotations

from automem_graph.models.player.crafter.knowledge import FULL, WEAK, is_evening, is_night
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import Recall
from automem_graph.models.player.crafter.wants import Want


def drink(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Drink up while at the water; go there when thirsty; look for it before it is too late."""
    level = sight.vital("drink")
    water = sight.nearest("water")
    if level < FULL and sight.facing == "water":
        return Want("use", "water")
    if recall.chart is not None:
        near = water is not None and water.steps <= 4 and level <= 6 and not is_night(step)
        return Want("use", "water") if near or level <= _low(sight, step, evening=6) else None
    if water is None:
        return Want("find", "water") if level <= 3 else None
    return Want("use", "water") if level <= 4 or (level <= 6 and water.steps <= 4) else None


def eat(sight: Sight, recall: Recall, step: int) -> Want | None:
    """A cow when hungry, and the first one as soon as it is near."""
    level = sight.vital("food")
    cow = sight.nearest("cow")
    if cow is not None and cow.steps <= 5 and recall.done("eat cow") is False:
        return Want("use", "cow")
    if recall.chart is not None:
        near = cow is not None and cow.steps <= 6 and level <= 6 and not is_night(step)
        return Want("use", "cow") if near or level <= _low(sight, step, evening=5) else None
    if cow is None:
        return Want("find", "cow") if level <= 3 else None
    return Want("use", "cow") if level <= 5 else None


def _low(sight: Sight, step: int, evening: int) -> int:
    """The level at which to go for it, for one who can find the way and has a shelter.

    Going out at night costs more health than an empty stomach does.
    """
    if is_night(step):
        return 1
    if sight.vital("health") <= WEAK:
        return 2
    return evening if is_evening(step) else 4
