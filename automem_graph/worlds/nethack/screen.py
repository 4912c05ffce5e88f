"""One moment of NetHack as its player may know it: plain data between the engine and the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nle import nethack

from automem_graph.worlds.nethack.message import WIDTH, Asks, top_text, waits_at
from automem_graph.worlds.nethack.things import Thing, things

ROWS = 24
"""Rows of the terminal: the message line, 21 rows of map, two of status."""
MAP_ROWS, STATUS_ROWS = slice(1, 22), slice(22, 24)


ARRAYS = (
    "tty_chars",
    "tty_colors",
    "tty_cursor",
    "blstats",
    "glyphs",
    "screen_descriptions",
    "inv_letters",
    "inv_strs",
)
"""The observation keys that a screen is read from; NLE adds `internal` and `program_state`."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The hero's figures. `x` is the terminal's column, `y` its row."""

    x: int
    y: int
    hp: int
    max_hp: int
    depth: int
    experience_level: int
    turn: int


@dataclass(frozen=True, slots=True)
class Screen:
    """What the terminal shows, without trailing blanks, and what its cells are.

    `cursor` is a row and a column of the terminal, counted from 0; `asks` is what the game waits
    for, None for a command; `inventory` pairs letters with descriptions.
    """

    rows: tuple[str, ...]
    cursor: tuple[int, int]
    message: str
    asks: Asks | None
    things: tuple[Thing, ...]
    stats: Stats
    inventory: tuple[tuple[str, str], ...]
    colours: bytes
    """NLE's colour of each cell, row by row (see `drawing`)."""


@dataclass(frozen=True, slots=True)
class Raw:
    """NLE's arrays of one moment, by the names of its observation keys."""

    tty_chars: Any
    tty_colors: Any
    tty_cursor: Any
    internal: Any
    program_state: Any
    blstats: Any
    glyphs: Any
    screen_descriptions: Any
    inv_letters: Any
    inv_strs: Any

    @property
    def over(self) -> bool:
        """The hero has died or left; what the terminal shows then is the game's farewell."""
        return bool(self.program_state[0])

    @property
    def began(self) -> bool:
        return bool(self.program_state[3])

    def head(self) -> tuple[tuple[str, ...], Asks | None, str]:
        """The rows, what the game waits for and the message: all that a pause is read for."""
        rows = _rows(self.tty_chars)
        _, yes_no, line, for_space = (bool(flag) for flag in self.internal[:4])
        row, column = self.tty_cursor.tolist()
        asks = waits_at(yes_no, line, for_space, rows[row])
        return rows, asks, top_text(rows, asks, (row, column))

    def screen(self) -> Screen:
        """All of it, as data that outlives the next step (NLE reuses its arrays)."""
        rows, asks, message = self.head()
        stats = self.blstats
        x, y = int(stats[nethack.NLE_BL_X]), int(stats[nethack.NLE_BL_Y])
        row, column = self.tty_cursor.tolist()
        return Screen(
            rows=rows,
            cursor=(row, column),
            message=message,
            asks=asks,
            things=things(self.glyphs, self.screen_descriptions, x, y),
            stats=Stats(
                x=x,
                y=y + 1,
                hp=int(stats[nethack.NLE_BL_HP]),
                max_hp=int(stats[nethack.NLE_BL_HPMAX]),
                depth=int(stats[nethack.NLE_BL_DEPTH]),
                experience_level=int(stats[nethack.NLE_BL_XP]),
                turn=int(stats[nethack.NLE_BL_TIME]),
            ),
            inventory=tuple(_inventory(self.inv_letters, self.inv_strs)),
            colours=self.tty_colors.tobytes(),
        )


def shows_status(rows: Sequence[str]) -> bool:
    """Whether the last rows are the status: a menu or a farewell may lie over them."""
    return any("HP:" in row for row in rows[STATUS_ROWS])


def _rows(tty_chars: Any) -> tuple[str, ...]:
    text = bytes(tty_chars).decode("latin-1")
    return tuple(text[row * WIDTH : (row + 1) * WIDTH].rstrip() for row in range(ROWS))


def _inventory(letters: Any, names: Any) -> Sequence[tuple[str, str]]:
    held = bytes(letters).partition(b"\0")[0].decode("latin-1")
    return [
        (letter, bytes(name).partition(b"\0")[0].decode("latin-1"))
        for letter, name in zip(held, names, strict=False)
    ]
