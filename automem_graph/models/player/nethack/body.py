"""Urges to stay alive: to pray in great need, to eat when hungry, to steal nothing."""

from __future__ import annotations

import re

from automem_graph.models.player.nethack.scene import Scene

FOOD = re.compile(
    r"\b(food rations?|[ck]-rations?|cram|lembas|apples?|oranges?|pears?|melons?|bananas?|carrots?|"
    r"candy bars?|fortune cookies?|pancakes?|tripe rations?|lumps? of royal jelly|slime molds?)\b",
    re.IGNORECASE,
)
UNPAID = re.compile(r"\(unpaid\b")
_PRAYED = re.compile(r"\bprayed on turn (\d{1,9})\.")
_FIRST, _AGAIN = 120, 800
"""Turns before the first prayer is heard, and from one to the next, about."""


def pray(scene: Scene) -> str | None:
    """In great need, where the notes do not tell of a prayer not long ago."""
    turn = scene.sight.turn
    if turn is None or turn < _FIRST or not in_need(scene):
        return None
    last = max(map(int, _PRAYED.findall(scene.moment.told)), default=None)
    return scene.can("pray") if last is None or turn - last > _AGAIN else None


def in_need(scene: Scene) -> bool:
    """Whether the gods call it great need: close to death, or weak from hunger."""
    health, most = scene.sight.figures.get("HP", 99), scene.sight.figures.get("HP of", 99)
    return health < 6 or health * 7 < most or scene.sight.hunger.startswith(("Weak", "Faint"))


def eat(scene: Scene) -> str | None:
    """Something that keeps, when hungry."""
    if not scene.sight.hunger or not any(FOOD.search(name) for _, name in scene.sight.inventory):
        return None
    return scene.can("eat")


def put_back(scene: Scene) -> str | None:
    """Nobody leaves a shop with what is not paid for."""
    return (
        scene.can("drop") if any(UNPAID.search(name) for _, name in scene.sight.inventory) else None
    )
