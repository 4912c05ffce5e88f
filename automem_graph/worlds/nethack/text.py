"""A NetHack screen in words: BALROG's hybrid convention (arXiv 2411.13543), in our own form.

Message, notable things, cursor, map, status, inventory, each a section of its own. The status line
is kept apart from the map, since it is what an agent keeps an eye on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from automem_graph.worlds.nethack.message import GAP, Asks
from automem_graph.worlds.nethack.screen import MAP_ROWS, Screen
from automem_graph.worlds.nethack.things import Thing
from automem_graph.worlds.nethack.whereabouts import closeness, direction, distance


def describe(
    screen: Screen, messages: Sequence[str], status: Sequence[str], *, steps: bool = False
) -> str:
    """The sections, separated by empty lines.

    `messages` are all that were read since the last action; `status` is the last one seen, since
    a menu may lie over it. `steps` gives distances as moves instead of BALROG's words.
    """
    said = GAP.join(message for message in messages if message)
    sections = [
        f"Message: {said or '(none)'}",
        _view(screen.things, _moves if steps else closeness),
        f"Cursor: {_cursor(screen)}",
        "\n".join(["Map:", *screen.rows[MAP_ROWS]]),
        "\n".join(["Status:", *status]),
        "\n".join(["Inventory:", *_inventory(screen)]),
    ]
    return "\n\n".join(sections)


def _moves(moves: int) -> str:
    return "1 step" if moves == 1 else f"{moves} steps"


def _view(seen: Sequence[Thing], measure: Callable[[int], str]) -> str:
    """One line for all things of a kind at one distance, nearest first."""
    lines: dict[tuple[str, str], Counter[str]] = {}
    for thing in sorted(seen, key=_moves_to):
        key = thing.kind, measure(_moves_to(thing))
        lines.setdefault(key, Counter())[direction(thing.east, thing.south)] += 1
    if not lines:
        return "You see nothing of note."
    return "\n".join(
        ["You see:", *(f"- {kind}, {far}, {_winds(ways)}" for (kind, far), ways in lines.items())]
    )


def _moves_to(thing: Thing) -> int:
    return distance(thing.east, thing.south)


def _winds(ways: Counter[str]) -> str:
    """`north, south-east (2) and west`: the number in brackets counts things that way."""
    words = [f"{way} ({count})" if count > 1 else way for way, count in ways.items()]
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _cursor(screen: Screen) -> str:
    row, column = screen.cursor
    return f"row {row}, column {column}, {_under_cursor(screen)}"


def _under_cursor(screen: Screen) -> str:
    row, column = screen.cursor
    if screen.asks is Asks.MENU:
        return "in the menu"
    if screen.asks is not None or row == 0:
        return "in the message line"
    east, south = column - screen.stats.x, row - screen.stats.y
    if not east and not south:
        return "on yourself"
    moves = distance(east, south)
    where = f"{closeness(moves)}, {direction(east, south)}"
    kind = next((one.kind for one in screen.things if (one.east, one.south) == (east, south)), None)
    return f"{where}, on {kind}" if kind else where


def _inventory(screen: Screen) -> list[str]:
    return [f"{letter} - {name}" for letter, name in screen.inventory] or ["(nothing)"]
