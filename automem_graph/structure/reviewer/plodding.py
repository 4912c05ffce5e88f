"""The sign that walks go step by step, where a game has several levels to walk over."""

from __future__ import annotations

from itertools import groupby

from automem_graph.structure.reviewer.evidence import Episode, Step
from automem_graph.structure.reviewer.retraced import LEVEL, SQUARE, Sign

_WALK = 5
"""Steps in a row that make a walk."""
_WAYS = frozenset(
    f"{one}{other}" for one in ("north", "south", "") for other in ("east", "west", "")
) - {""}


def plodding(episode: Episode) -> Sign:
    """Walks of five steps and more go step by step, over several levels."""
    levels = {found[0] for step in episode.steps if (found := LEVEL.search(step.saw))}
    if len(levels) < 2:
        return Sign()
    walks = [
        [step.number for step in steps]
        for walking, steps in groupby(episode.steps, key=_is_walking)
        if walking
    ]
    long = sorted((walk for walk in walks if len(walk) >= _WALK), key=lambda walk: -len(walk))
    where = tuple(f"steps {walk[0]} to {walk[-1]}: a walk step by step" for walk in long)
    return Sign(sum(map(len, long)) / max(1, len(episode.steps)), where)


def _is_walking(step: Step) -> bool:
    return step.action in _WAYS and SQUARE.search(step.saw) is not None
