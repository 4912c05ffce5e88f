"""The rules of Crafter as someone knows them who has played it: costs, tools and hazards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automem_graph.models.player.crafter.reading import Sight, Thing


@dataclass(frozen=True, slots=True)
class Tool:
    """Something to make: what it uses up, and what has to be at hand."""

    name: str
    uses: Mapping[str, int]
    beside: tuple[str, ...] = ("table",)


TOOLS = (
    Tool("wood pickaxe", {"wood": 1}),
    Tool("wood sword", {"wood": 1}),
    Tool("stone pickaxe", {"wood": 1, "stone": 1}),
    Tool("stone sword", {"wood": 1, "stone": 1}),
    Tool("iron pickaxe", {"wood": 1, "coal": 1, "iron": 1}, ("table", "furnace")),
    Tool("iron sword", {"wood": 1, "coal": 1, "iron": 1}, ("table", "furnace")),
)
"""All tools, in the order in which to want them."""

PLACING: Mapping[str, Mapping[str, int]] = {
    "table": {"wood": 2},
    "furnace": {"stone": 4},
    "stone": {"stone": 1},
    "plant": {"sapling": 1},
}
"""What putting something down uses up."""

_TOOL_FOR = {
    "stone": "wood pickaxe",
    "coal": "wood pickaxe",
    "iron": "stone pickaxe",
    "diamond": "iron pickaxe",
}
_CLEARED_BY_DOING = frozenset({"tree", "stone", "coal", "iron", "diamond"})

FOES = ("zombie", "skeleton")
CREATURES = (*FOES, "cow", "arrow")
FULL = 9
WEAK = 4
"""Vitals: the most there is, and the health at which to rest rather than go on."""

_DAY, _EVENING, _DUSK, _DAWN = 300, 100, 140, 280
"""A day's length, and when its evening and its night begin and end, in steps of the game."""


def is_night(step: int) -> bool:
    """Whether zombies come out in numbers; days are counted from the game's first step."""
    return _DUSK <= step % _DAY < _DAWN


def is_evening(step: int) -> bool:
    """Whether night comes soon: time to eat and drink for it."""
    return _EVENING <= step % _DAY < _DUSK


def landmarks(sight: Sight) -> tuple[Thing, ...]:
    """What stays where it is: if it looks the same after a move, the move led nowhere."""
    return tuple(thing for thing in sight.things if thing.kind not in CREATURES)


def affords(sight: Sight, cost: Mapping[str, int]) -> bool:
    """Whether the inventory holds all of it."""
    return all(sight.has(item, count) for item, count in cost.items())


def can_take(sight: Sight, kind: str) -> bool:
    """Whether the player has the tool that this kind of thing needs, if it needs any."""
    return kind not in _TOOL_FOR or sight.has(_TOOL_FOR[kind])


def can_clear(sight: Sight, kind: str) -> bool:
    """Whether doing something to a thing opens the way: rock and trees vanish when taken."""
    return kind in _CLEARED_BY_DOING and can_take(sight, kind)
