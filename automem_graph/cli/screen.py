"""A game's own screen, out of an observation's text: message, map and status rows.

NetHack's players know the game as a terminal; the text that an agent gets holds all of it: a line
`Message: ...`, then `Map:` with 21 rows, an empty line, `Status:` with two.
"""

from __future__ import annotations

MAP_ROWS = 21


def screen(text: str) -> list[str] | None:
    """The 24 rows of the terminal, top to bottom; None for a text that shows none."""
    lines = text.split("\n")
    if "Map:" not in lines:
        return None
    message = next((line for line in lines if line.startswith("Message: ")), "")
    first = lines.index("Map:") + 1
    status = first + MAP_ROWS + 2
    return [
        message.removeprefix("Message: ").removeprefix("(none)"),
        *lines[first : first + MAP_ROWS],
        *lines[status : status + 2],
    ]


def shortened(rows: list[str], room: int) -> list[str]:
    """The rows with as many empty ones left out as it takes to fit into `room`, if they are."""
    spare = len(rows) - room
    kept = []
    for row in rows:
        if not row.strip() and spare > 0:
            spare -= 1
        else:
            kept.append(row)
    return kept
