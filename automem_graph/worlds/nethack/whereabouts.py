"""Distance and direction in words, by the convention of BALROG (arXiv 2411.13543).

Offsets are in cells, `east` and `south` of the player; west and north are negative. A distance
counts moves, of which a diagonal one is one (Chebyshev).
"""

from __future__ import annotations

CLOSENESS = ((1, "adjacent"), (2, "very near"), (5, "near"), (19, "far"))
"""The largest distance that each word stands for; all beyond is "very far"."""


def distance(east: int, south: int) -> int:
    """Moves to get there on free ground."""
    return max(abs(east), abs(south))


def closeness(moves: int) -> str:
    """One of five words for a distance."""
    return next((word for most, word in CLOSENESS if moves <= most), "very far")


def direction(east: int, south: int) -> str:
    """One of 16 winds: `north` and `north-east` are exact, `north-north-east` lies between."""
    vertical = "south" if south > 0 else "north"
    horizontal = "east" if east > 0 else "west"
    if not east:
        return vertical
    if not south:
        return horizontal
    diagonal = f"{vertical}-{horizontal}"
    if abs(east) == abs(south):
        return diagonal
    return f"{vertical if abs(south) > abs(east) else horizontal}-{diagonal}"
