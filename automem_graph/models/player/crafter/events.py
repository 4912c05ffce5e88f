"""What an action changed, told from the observations before and after it.

Only what a later step can use: deeds (in the words of Crafter's achievements, as far as the text
shows them) and two kinds of remarks, on what is in the way and on where things went out of view.
"""

from __future__ import annotations

from automem_graph.models.player.crafter.knowledge import (
    CREATURES,
    PLACING,
    TOOLS,
    can_clear,
    landmarks,
)
from automem_graph.models.player.crafter.reading import DIRECTIONS, Sight, Thing

_COLLECTED = ("sapling", "wood", "stone", "coal", "iron", "diamond")
_WORTH_FINDING_AGAIN = ("water", "table", "cow", "iron", "diamond", "coal")


def deeds(before: Sight, now: Sight, action: str) -> list[str]:
    """What the action achieved; an item counts when the first of its kind comes in."""
    gained = [item for item in now.inventory if not before.has(item)]
    done = [f"collect {item}" for item in _COLLECTED if item in gained]
    done += [f"make {tool.name}" for tool in TOOLS if tool.name in gained]
    if action.startswith("Place ") and _spent(before, now, action):
        done.append(action.lower())
    if before.asleep and not now.asleep and now.vital("health") >= before.vital("health"):
        done.append("wake up")
    if action == "Do":
        done += _used(before, now)
    return done


def _spent(before: Sight, now: Sight, action: str) -> bool:
    cost = PLACING.get(action.removeprefix("Place ").lower(), {})
    return any(not now.has(item, before.inventory.get(item, 0)) for item in cost)


def _used(before: Sight, now: Sight) -> list[str]:
    done = []
    if now.vital("drink") > before.vital("drink"):
        done.append("collect drink")
    if now.vital("food") > before.vital("food"):
        done.append("eat cow" if before.facing == "cow" else "eat plant")
    if before.facing == "zombie" and now.nearest("zombie") is None:
        done.append("defeat zombie")
    return done


def blocked(before: Sight, now: Sight, action: str) -> list[str]:
    """What a move ran into, unless it walks away or can be cleared: creatures, trees, soft rock."""
    way = action.removeprefix("Move ").lower()
    obstacle = now.facing
    if obstacle is None and landmarks(now) and landmarks(now) == landmarks(before):
        obstacle = "the edge of the map"
    if way not in DIRECTIONS or before.asleep or obstacle is None:
        return []
    if obstacle in CREATURES or can_clear(now, obstacle):
        return []
    return [f"{obstacle} blocks the way {way}."]


def lost(before: Sight, now: Sight) -> list[Thing]:
    """What is worth finding again and has gone out of view, as it was seen before."""
    gone = (before.nearest(kind) for kind in _WORTH_FINDING_AGAIN if now.nearest(kind) is None)
    return [thing for thing in gone if thing is not None and not thing.beside]
