"""Urges to collect things, and to put down once what counts when it is put down."""

from __future__ import annotations

from automem_graph.models.player.crafter.knowledge import PLACING, TOOLS, Tool, affords, can_take
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import Recall
from automem_graph.models.player.crafter.wants import Want

_NOW_AND_THEN = 16
"""Where the notes cannot tell whether something was done, it is tried on one step of so many."""


def try_placing(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Put down once what the notes do not list yet, and every sapling."""
    if sight.has("sapling"):
        return Want("place", "plant")
    if sight.has("stone") and _untried(recall, "place stone", step):
        return Want("place", "stone")
    if sight.has("stone", 5) and _untried(recall, "place furnace", step):
        return Want("place", "furnace")
    return None


def pick_sapling(sight: Sight, recall: Recall, step: int) -> Want | None:
    """Grass gives a sapling now and then: try what is in front every other step, once in a game."""
    if sight.facing is not None or sight.has("sapling") or sight.attacked:
        return None
    done = recall.done("collect sapling")
    trying = step % 2 if done is False else _untried(recall, "collect sapling", step)
    return Want("act", "Do") if trying else None


def _untried(recall: Recall, deed: str, step: int) -> bool:
    """Whether to try something that counts only the first time."""
    done = recall.done(deed)
    return step % _NOW_AND_THEN == 0 if done is None else not done


def gather(sight: Sight, recall: Recall, step: int) -> Want | None:
    """The rarest useful thing in view or on the map, up to what the next tools need."""
    for kind, enough in (("diamond", 1), ("iron", 2), ("coal", 2)):
        if recall.knows(kind, sight) and not sight.has(kind, enough) and can_take(sight, kind):
            return Want("use", kind)
    if recall.chart is not None:
        return _by_map(sight, recall)
    wood = 5 if sight.has("wood pickaxe") else 4
    if not sight.has("wood", wood):
        return Want("use" if sight.nearest("tree") else "find", "tree")
    if not sight.has("stone", 6) and can_take(sight, "stone") and sight.nearest("stone"):
        return Want("use", "stone")
    return None


def _by_map(sight: Sight, recall: Recall) -> Want | None:
    """Wood for a table and the tools that are left; stones; wood again where only that lacks."""
    left = [tool for tool in TOOLS if not sight.has(tool.name)]
    wood = min(len(left) + PLACING["table"]["wood"], 5) if left else 0
    if not sight.has("wood", wood) and recall.knows("tree", sight):
        return Want("use", "tree")
    if not sight.has("stone", 9) and can_take(sight, "stone") and recall.knows("stone", sight):
        return Want("use", "stone")
    if not sight.has("wood", min(wood, 3)) and _lacks_only_wood(sight, left[0]):
        return Want("find", "tree")
    return None


def _lacks_only_wood(sight: Sight, tool: Tool) -> bool:
    return affords(sight, {item: count for item, count in tool.uses.items() if item != "wood"})
