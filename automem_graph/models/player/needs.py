"""What the player wants now: a list of urges, the most pressing first, each a small rule.

A rule looks at what is seen and what the notes said, and wants something or passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from automem_graph.models.player.knowledge import (
    FOES,
    FULL,
    PLACING,
    TOOLS,
    Tool,
    affords,
    can_take,
    is_night,
)
from automem_graph.models.player.reading import Sight
from automem_graph.models.player.records import Recall


@dataclass(frozen=True, slots=True)
class Want:
    """What to do about what.

    `act` takes a world action here; the others have a kind of thing: `use` faces one and does
    something to it, `near` goes and stands by one, `place` puts one down in front, `find` looks
    for one.
    """

    how: Literal["act", "use", "near", "place", "find"]
    what: str


Urge = Callable[[Sight, Recall, int], Want | None]


def want(sight: Sight, recall: Recall, step: int) -> Want:
    """The first urge that speaks; without any, look around for ore."""
    for urge in URGES:
        if (found := urge(sight, recall, step)) is not None:
            return found
    return Want("find", "iron")


def stay_asleep(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Nothing but sleeping is possible before energy is full."""
    return Want("act", "Sleep") if sight.asleep else None


def fight(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Whatever attacks from beside is struck first."""
    for foe in FOES:
        thing = sight.nearest(foe)
        if thing and thing.beside:
            return Want("use", foe)
    return None


def drink(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Drink up while at the water; go there when thirsty; look for it before it is too late."""
    level = sight.vital("drink")
    water = sight.nearest("water")
    if water is None:
        return Want("find", "water") if level <= 3 else None
    if level <= 4 or (level < FULL and sight.facing == "water"):
        return Want("use", "water")
    return Want("use", "water") if level <= 6 and water.steps <= 4 else None


def eat(sight: Sight, recall: Recall, step: int) -> Want | None:
    """A cow when hungry, and the first one as soon as it is near."""
    level = sight.vital("food")
    cow = sight.nearest("cow")
    if cow is None:
        return Want("find", "cow") if level <= 3 else None
    first = recall.done("eat cow") is False and cow.steps <= 5
    return Want("use", "cow") if level <= 5 or first else None


def sleep(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Naps by day, when nothing lurks, keep energy for the night, when sleeping out is deadly."""
    lurking = any(sight.nearest(foe) for foe in FOES)
    starving = min(sight.vital("food"), sight.vital("drink")) < 3
    tired = sight.vital("energy") <= (2 if is_night(step) else 6)
    return Want("act", "Sleep") if tired and not lurking and not starving else None


def make_tools(sight: Sight, recall: Recall, step: int) -> Want | None:
    """The next tool that the inventory pays for; its table and furnace first, where missing."""
    for tool in TOOLS:
        if not sight.has(tool.name) and affords(sight, tool.uses):
            return _make(sight, tool)
    return None


def _make(sight: Sight, tool: Tool) -> Want | None:
    for station in tool.beside:
        thing = sight.nearest(station)
        if thing is None:
            spent = {item: tool.uses.get(item, 0) + n for item, n in PLACING[station].items()}
            return Want("place", station) if affords(sight, spent) else None
        if not thing.at_hand:
            return Want("near", station)
    return Want("act", f"Make {tool.name.title()}")


def try_placing(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Put down once what the notes do not list yet, and every sapling."""
    if sight.has("sapling"):
        return Want("place", "plant")
    if sight.has("stone") and recall.done("place stone") is False:
        return Want("place", "stone")
    if sight.has("stone", 5) and recall.done("place furnace") is False:
        return Want("place", "furnace")
    return None


def pick_sapling(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Grass gives a sapling now and then: try what is in front every other step, once in a game."""
    wanted = recall.done("collect sapling") is False and not sight.has("sapling")
    return Want("act", "Do") if wanted and sight.facing is None and step % 2 else None


def gather(sight: Sight, recall: Recall, step: int) -> Want | None:
    """The rarest useful thing in view, up to what the next tools need."""
    for kind, enough in (("diamond", 1), ("iron", 2), ("coal", 2)):
        if sight.nearest(kind) and not sight.has(kind, enough) and can_take(sight, kind):
            return Want("use", kind)
    wood = 5 if sight.has("wood pickaxe") else 4
    if not sight.has("wood", wood):
        return Want("use", "tree") if sight.nearest("tree") else Want("find", "tree")
    if not sight.has("stone", 6) and can_take(sight, "stone") and sight.nearest("stone"):
        return Want("use", "stone")
    return None


URGES: tuple[Urge, ...] = (
    stay_asleep,
    fight,
    drink,
    eat,
    sleep,
    make_tools,
    try_placing,
    pick_sapling,
    gather,
)
"""The most pressing first."""
