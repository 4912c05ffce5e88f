"""The sign that ways are gone again and again, where the text tells on which square one stands."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from automem_graph.structure.reviewer.evidence import Episode

_OFTEN = 3  # times that one comes to a square by no accident
_NAMED = 5
SQUARE = re.compile(r"^Cursor: (row \d{1,2}, column \d{1,2}), on yourself$", re.MULTILINE)
LEVEL = re.compile(r"\bDlvl:\d{1,3}\b")


class Sign(NamedTuple):
    """How much of an episode shows a trouble, and where: `step 40 to 210: ...`."""

    share: float = 0.0
    where: tuple[str, ...] = ()


def retraced(episode: Episode) -> Sign:
    """The same squares are come to again and again, while others are not known.

    Who stands still, to fight or to search, goes no way.
    """
    stood: Counter[tuple[str, str]] = Counter()
    again, before = 0, ("", "")
    for step in episode.steps:
        if square := SQUARE.search(step.saw):
            level = LEVEL.search(step.saw)
            at = (level[0] if level else "", square[1])
            if at != before:
                stood[at] += 1
                again += stood[at] > _OFTEN
            before = at
    most = [(at, often) for at, often in stood.most_common(_NAMED) if often > _OFTEN]
    where = tuple(
        f"all steps: {often} times to {square} of {level}" for (level, square), often in most
    )
    return Sign(again / max(1, len(episode.steps)), where)
