"""The text of NetHack and MiniHack as data: the message, what is about, the map, the status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from automem_graph.models.player.nethack.grid import LAST, flat, index

_ROWS = LAST
_MOST_SIGHTS = 20
_CURSOR = re.compile(r"^Cursor: row (\d{1,3}), column (\d{1,3})(, on yourself)?", re.MULTILINE)
_THING = re.compile(
    r"^- ([^\n]{1,80}?), (adjacent|(?:very )?(?:near|far)|\d{1,3} steps?), ([^\n]{1,300})$",
    re.MULTILINE,
)
_NEXT_TO = ("adjacent", "1 step")
_CLOSE = (*_NEXT_TO, "very near", "near", "2 steps", "3 steps", "4 steps", "5 steps")
_WIND = re.compile(r"[a-z]+(?:-[a-z]+)*")
_FIGURE = re.compile(r"\b(Dlvl|HP|Xp|T):(\d{1,9})")
_MOST = re.compile(r"\bHP:\d{1,9}\((\d{1,9})\)")
_HUNGER = re.compile(r"\b(Hungry|Weak|Faint(?:ing|ed))\b")
_ITEM = re.compile(r"^([a-zA-Z]) - ([^\n]{1,200})$", re.MULTILINE)
_MAP, _STATUS, _INVENTORY = "\nMap:\n", "\n\nStatus:", "\n\nInventory:\n"


@dataclass(frozen=True, slots=True)
class Thing:
    """Notable things of a kind: how far off they are, in words, and in which directions."""

    kind: str
    near: str
    where: str

    @property
    def winds(self) -> list[str]:
        """The directions, one word each."""
        return [wind for wind in _WIND.findall(self.where) if wind != "and"]

    @property
    def adjacent(self) -> list[str]:
        """The directions of those that stand next to the player."""
        return self.winds if self.near in _NEXT_TO else []

    @property
    def close(self) -> int:
        """How many of them are at most five steps off, about."""
        return len(self.winds) if self.near in _CLOSE else 0


@dataclass(frozen=True)
class Sight:
    """One observation.

    `at` is the player's cell, where the text tells it: not while a question has the cursor.
    """

    message: str = ""
    things: tuple[Thing, ...] = ()
    at: int | None = None
    rows: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
    hunger: str = ""
    inventory: tuple[tuple[str, str], ...] = ()

    @cached_property
    def cells(self) -> str:
        """The map as one string, see `grid`."""
        return flat(self.rows)

    @property
    def level(self) -> int:
        """How deep the player is; 1 where nothing tells."""
        return self.figures.get("Dlvl", 1)

    @property
    def turn(self) -> int | None:
        """The game's clock, where the status line has it."""
        return self.figures.get("T")


def sights(text: str) -> tuple[Sight, ...]:
    """The last observations in a text, in order; at most `_MOST_SIGHTS` are read."""
    found: list[Sight] = []
    end = len(text)
    while len(found) < _MOST_SIGHTS and (at := text.rfind(_MAP, 0, end)) >= 0:
        start = max(text.rfind("\nMessage:", 0, at) + 1, text.rfind(_INVENTORY, 0, at) + 1)
        found.append(_sight(text[start:at], text[at + len(_MAP) : end]))
        end = start
    return tuple(reversed(found))


def _sight(head: str, body: str) -> Sight:
    """An observation from what is told before its map and from its map on."""
    message, _, about = head.removeprefix("Message:").partition("\n")
    cursor = _CURSOR.search(about)
    drawn, _, rest = body.partition(_STATUS)
    status, _, carried = rest.partition(_INVENTORY)
    status = status[:200]
    figures = {name: int(value) for name, value in _FIGURE.findall(status)}
    if most := _MOST.search(status):
        figures["HP of"] = int(most[1])
    hunger = _HUNGER.search(status)
    return Sight(
        message="" if message.strip() == "(none)" else message.strip(),
        things=tuple(Thing(*thing) for thing in _THING.findall(about)),
        at=index(int(cursor[1]), int(cursor[2])) if cursor and cursor[3] else None,
        rows=tuple(drawn.split("\n", _ROWS)[:_ROWS]),
        figures=figures,
        hunger=hunger[1] if hunger else "",
        inventory=tuple(_ITEM.findall(carried.partition("\n\n")[0])),
    )
