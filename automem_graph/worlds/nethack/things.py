"""The notable things on the map, named as the game's own farlook names them.

BALROG's language observation (arXiv 2411.13543) lists creatures, objects, dungeon features and,
along the eight lines of sight, walls and dark areas; so does this. Doors and traps, which BALROG
names only on those lines, are listed wherever they are known: on the map an open door looks like a
wall and an empty doorway like floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from nle import nethack

_STONE = nethack.GLYPH_CMAP_OFF
_WALLS = frozenset(range(_STONE + 1, _STONE + 12))
_CLOSED_DOORS = frozenset({_STONE + 15, _STONE + 16})
_BARS = _STONE + 17
_ENDS = {_STONE: "dark area", _BARS: "iron bars", **dict.fromkeys(_WALLS, "wall")}
"""What ends a line of sight, and what it is called; bars do not hide what is behind them, but are
the walls of Boxoban."""
_FLOORS = frozenset(_STONE + symbol for symbol in (19, 20, 21, 22, 39, 40))
"""Room, dark room, corridor, lit corridor, air, cloud (NetHack 3.6, defsym)."""

_NOTABLE = np.ones(nethack.MAX_GLYPH + 1, dtype=bool)
_NOTABLE[[*_ENDS, *_FLOORS, nethack.NO_GLYPH]] = False

_SIGHT = 9
"""How far the lines of sight reach, in cells, as in BALROG."""
_LINES = ((0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
_ARTICLES = ("a ", "an ")


@dataclass(frozen=True, slots=True)
class Thing:
    """One cell worth naming; offsets from the player in cells, as in `whereabouts`."""

    kind: str
    east: int
    south: int


def things(glyphs: Any, descriptions: Any, x: int, y: int) -> tuple[Thing, ...]:
    """What is notable around the player at column x, row y of the map, in reading order.

    `glyphs` and `descriptions` are NLE's arrays of 21 by 79 cells; the player is no thing.
    """
    rows, columns = np.nonzero(_NOTABLE[glyphs])
    seen = [
        Thing(_name(descriptions[row, column]), column - x, row - y)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if (row, column) != (y, x)
    ]
    return (*seen, *_ends_of_sight(glyphs, x, y))


def _name(description: Any) -> str:
    """A cell's farlook text without its article; NLE pads it with zeros."""
    name = bytes(description).partition(b"\0")[0].decode("latin-1")
    article = next((word for word in _ARTICLES if name.startswith(word)), "")
    return name[len(article) :] or "something"


def _ends_of_sight(glyphs: Any, x: int, y: int) -> Iterator[Thing]:
    """The wall or dark area that ends each line of sight, where one does so within reach."""
    height, width = glyphs.shape
    for east, south in _LINES:
        for cells in range(1, _SIGHT + 1):
            row, column = y + cells * south, x + cells * east
            if not (0 <= row < height and 0 <= column < width):
                break
            glyph = int(glyphs[row, column])
            if glyph in _ENDS:
                yield Thing(_ENDS[glyph], cells * east, cells * south)
                break
            if glyph in _CLOSED_DOORS:
                break
