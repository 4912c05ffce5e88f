"""Cells of a level by their index in one string of all rows, and the eight ways to step.

Rows are those of the terminal: 1 to 21 hold the map. A blank row above and below, and a blank
column at the end of each row, are the border that no step leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDE = 80
FIRST, LAST = 1, 21
"""The terminal's first and last row of the map."""
SIZE = (LAST + 2) * WIDE
BLANK = " "

WAYS = {
    "north": -WIDE,
    "south": WIDE,
    "west": -1,
    "east": 1,
    "northwest": -WIDE - 1,
    "northeast": -WIDE + 1,
    "southwest": WIDE - 1,
    "southeast": WIDE + 1,
}
"""What a step in a direction adds to an index; the straight ones come first."""

STRAIGHT = ("north", "south", "west", "east")
AROUND = tuple(WAYS.values())
NAMES = {step: way for way, step in WAYS.items()}


def flat(rows: Sequence[str]) -> str:
    """The rows of a map as one string; what does not fit on a terminal is cut off."""
    lines = [row[: WIDE - 1].ljust(WIDE) for row in rows[:LAST]]
    lines += [BLANK * WIDE] * (LAST - len(lines))
    return "".join([BLANK * WIDE, *lines, BLANK * WIDE])


def index(row: int, column: int) -> int | None:
    """The index of a cell; None outside of the map."""
    if FIRST <= row <= LAST and 0 <= column < WIDE - 1:
        return row * WIDE + column
    return None


def place(cell: int) -> str:
    """A cell as row and column, as the cursor is told."""
    return f"{cell // WIDE},{cell % WIDE}"


def apart(one: int, other: int) -> int:
    """Steps between two cells on open ground."""
    return max(abs(one // WIDE - other // WIDE), abs(one % WIDE - other % WIDE))


def wind(one: int, other: int) -> str:
    """In which of 16 directions one cell lies from another, such as west-south-west."""
    down, along = other // WIDE - one // WIDE, other % WIDE - one % WIDE
    vertical = "" if not down else "south" if down > 0 else "north"
    horizontal = "" if not along else "east" if along > 0 else "west"
    main = vertical if abs(down) > abs(along) else horizontal
    parts = [main if abs(down) != abs(along) else "", vertical, horizontal]
    return "-".join(filter(None, parts if vertical and horizontal else parts[1:]))


def between(one: int, other: int) -> range:
    """The cells of a straight walk from one to the other; only the last if it is not straight."""
    steps = apart(one, other)
    gap = other - one
    if steps and gap % steps == 0 and gap // steps in AROUND:
        return range(one, other + gap // steps, gap // steps)
    return range(other, other + 1)
