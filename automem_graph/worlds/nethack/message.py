"""What the top of the terminal says: the message line, a question, or a menu that lies over it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

MENU_END = re.compile(r"\((?:end|\d+ of \d+)\)")
MORE = "--More--"
WIDTH = 80
"""Columns of the terminal."""

GAP = "  "
"""Between two messages, and between the lines of a menu, once they are joined."""


class Asks(Enum):
    """What the game waits for, if not for a command."""

    KEY = "a key"
    LINE = "a line of text"
    MENU = "a choice from a menu"
    MORE = "a key to read on"


def waits_at(yes_no: bool, line: bool, for_space: bool, cursor_row: str) -> Asks | None:
    """Tell a menu from a pause by the cursor's row; the flags are those of NLE's `internal`."""
    if for_space:
        return Asks.MENU if MENU_END.search(cursor_row) else Asks.MORE
    if line:
        return Asks.LINE
    return Asks.KEY if yes_no else None


def top_text(rows: Sequence[str], asks: Asks | None, cursor: tuple[int, int]) -> str:
    """The message in one line, without `--More--`; empty where there is none.

    A menu lies over the right part of the map, from the column where its first line begins; a
    question and what is typed to it end at the cursor.
    """
    if asks is None:
        return rows[0].strip()
    row, column = cursor
    if asks in (Asks.KEY, Asks.LINE):
        return _unwrapped([*rows[:row], rows[row][:column]])
    indent = len(rows[0]) - len(rows[0].lstrip())
    indent = indent if indent > 1 else 0  # a window as wide as the terminal
    lines = [line[indent:] for line in rows[: row + 1]]
    if asks is Asks.MORE and not indent:
        return _unwrapped(lines).replace(MORE, "").strip()
    text = GAP.join(stripped for line in lines if (stripped := line.strip()))
    return text.replace(MORE, "").strip()


def _unwrapped(lines: Sequence[str]) -> str:
    """Lines that the terminal broke, at a blank or, where a row is full, inside a word."""
    text = ""
    for line in lines:
        text += line.strip() + ("" if len(line) == WIDTH else " ")
    return text.strip()
