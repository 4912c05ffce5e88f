"""The sign that something was picked up and never used, where that could have helped."""

from __future__ import annotations

import re

from automem_graph.structure.desk.plain import one_line
from automem_graph.structure.reviewer.evidence import Episode
from automem_graph.structure.reviewer.retraced import Sign

_LOW = 3
"""Hit points below one in so many of the most are low."""
_SHOWN = 60
_ITEM = re.compile(r"^([a-zA-Z]) - ([^\n]{1,200})$", re.MULTILINE)


def unused(episode: Episode) -> Sign:
    """Hit points run out while something is carried that was picked up and never used."""
    points = [step.hit_points for step in episode.steps if step.hit_points is not None]
    if not points or points[-1] * _LOW >= max(points):
        return Sign()
    left = sorted(_left(episode), key=lambda one: one[0])
    where = tuple(
        f"steps {episode.steps[at].number} to {episode.steps[-1].number}: "
        f"`{one_line(name, _SHOWN)}` was carried and not used, and hit points ran out"
        for at, name in left
    )
    steps = len(episode.steps)
    return Sign((steps - left[0][0]) / steps if left else 0.0, where)


def _left(episode: Episode) -> list[tuple[int, str]]:
    """What was picked up and whose letter was never chosen since: from which step on, its name."""
    bags = [dict(_ITEM.findall(step.carried)) for step in episode.steps]
    own = next((bag for bag in bags if bag), {})
    first = {
        letter: next(at for at, bag in enumerate(bags) if letter in bag)
        for bag in bags
        for letter in bag.keys() - own.keys()
    }
    return [
        (at, bags[at][letter])
        for letter, at in sorted(first.items())
        if not any(step.action == letter for step in episode.steps[at:])
    ]
