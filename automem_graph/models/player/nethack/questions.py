"""Answers to what the game asks before it goes on: a direction, an item, yes or no."""

from __future__ import annotations

import re

from automem_graph.models.player.nethack.advice import ray_way
from automem_graph.models.player.nethack.body import FOOD, UNPAID
from automem_graph.models.player.nethack.doors import locked
from automem_graph.models.player.nethack.lava import HORN, WAND, across
from automem_graph.models.player.nethack.recall import WHICH_WAY
from automem_graph.models.player.nethack.scene import Scene

_WHICH = re.compile(r"What do you want to ([a-z ]{1,20})\? \[")
_FOR = {"eat": FOOD, "drop": UNPAID, "zap": WAND, "use or apply": HORN}
_YES = re.compile(r"Are you sure you want to pray\?|Improvise\?")
_MENU = re.compile(r"\(end\)|\(\d{1,3} of \d{1,3}\)")
_CHOICE = re.compile(r"(?:^|  )([a-zA-Z]) - ")


def answer(scene: Scene) -> str | None:
    """The answer to a question; None where nothing is asked."""
    message = scene.sight.message
    if scene.sight.at is not None:
        return None
    found = None
    if WHICH_WAY in message:
        found = next(iter(_ways(scene)), None)
    elif asked := _WHICH.search(message):
        found = _item(scene, _FOR.get(asked[1]))
    elif _MENU.search(message):
        found = _choice(message)
    elif "[yn" in message:
        found = "y" if _YES.search(message) else "n"
    return scene.can(*filter(None, (found, "esc", "more")))


def _ways(scene: Scene) -> list[str]:
    """Where to kick, or where to send a ray."""
    doors = [way for cell, way in locked(scene) if cell == scene.here]
    ray = None if scene.moment.last_action == "kick" else ray_way(scene)
    return [ray] if ray else doors or across(scene, scene.here)


def _item(scene: Scene, wanted: re.Pattern[str] | None) -> str | None:
    """The letter of the first item of a kind."""
    items = scene.sight.inventory if wanted else ()
    return next((letter for letter, name in items if wanted and wanted.search(name)), None)


def _choice(menu: str) -> str:
    """The next line of a menu that is not chosen yet; the end where all are."""
    left = _CHOICE.findall(menu)
    return left[0] if left else "more"
