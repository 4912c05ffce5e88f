"""The named actions of NetHack and the keys they press. Light: reading it loads no game.

Names are BALROG's (arXiv 2411.13543), so that prompts and scaffolds of either carry over; letters
and digits, which answer questions, are named by themselves.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from types import MappingProxyType


def _meta(letter: str) -> int:
    return 0x80 | ord(letter)


def _control(letter: str) -> int:
    return 0x1F & ord(letter)


ENTER, ESCAPE = _control("M"), _control("[")

MOVES = {
    "north": ord("k"),
    "east": ord("l"),
    "south": ord("j"),
    "west": ord("h"),
    "northeast": ord("u"),
    "southeast": ord("n"),
    "southwest": ord("b"),
    "northwest": ord("y"),
}

FAR_MOVES = {f"far {name}": ord(chr(key).upper()) for name, key in MOVES.items()}

STAIRS = {"up": ord("<"), "down": ord(">")}

COMMANDS = {
    "wait": ord("."),
    "search": ord("s"),
    "kick": _control("d"),
    "open": ord("o"),
    "close": ord("c"),
    "force": _meta("f"),
    "untrap": _meta("u"),
    "pickup": ord(","),
    "look": ord(":"),
    "loot": _meta("l"),
    "eat": ord("e"),
    "quaff": ord("q"),
    "read": ord("r"),
    "zap": ord("z"),
    "apply": ord("a"),
    "wear": ord("W"),
    "takeoff": ord("T"),
    "takeoffall": ord("A"),
    "puton": ord("P"),
    "remove": ord("R"),
    "wield": ord("w"),
    "swap": ord("x"),
    "twoweapon": ord("X"),
    "quiver": ord("Q"),
    "fire": ord("f"),
    "throw": ord("t"),
    "fight": ord("F"),
    "cast": ord("Z"),
    "drop": ord("d"),
    "droptype": ord("D"),
    "dip": _meta("d"),
    "rub": _meta("r"),
    "engrave": ord("E"),
    "travel": ord("_"),
    "jump": _meta("j"),
    "teleport": _control("t"),
    "pray": _meta("p"),
    "offer": _meta("o"),
    "pay": ord("p"),
    "enhance": _meta("e"),
    "invoke": _meta("i"),
    "monster": _meta("m"),
    "wipe": _meta("w"),
    "call": ord("C"),
    "annotate": _meta("A"),
    "inventory": ord("i"),
}

REPLIES = {"more": ENTER, "esc": ESCAPE}
"""Keys that end or leave a question; harmless where none is asked."""

LETTERS = {letter: ord(letter) for letter in string.ascii_letters}

SIGNS = {
    "minus": ord("-"),
    "space": ord(" "),
    "apos": ord("'"),
    **{digit: ord(digit) for digit in string.digits},
}

KEYS: Mapping[str, int] = MappingProxyType(
    {**MOVES, **FAR_MOVES, **STAIRS, **COMMANDS, **REPLIES, **SIGNS, **LETTERS}
)
"""All actions of NetHack, in the order of the card."""

ANSWERS = frozenset({*REPLIES, *SIGNS, *LETTERS})
"""What answers a question, a menu or a line of text."""

DIRECTIONS = frozenset({*MOVES, *STAIRS, "wait"})
"""What answers a question for a direction, beside the letters: `wait` means oneself."""
