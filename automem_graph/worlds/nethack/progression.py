"""NetHack's progression: how far human players who got there went on to get.

The table `progression.json` is BALROG's (arXiv 2411.13543): to each dungeon level and experience
level reached, the share of human games that it stands for. An episode scores the best it reached.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def table() -> Mapping[str, float]:
    """Scores in [0, 1] by achievement, such as `Dlvl:2` and `Xp:5`."""
    text = (files(__package__) / "progression.json").read_text(encoding="utf-8")
    scores: dict[str, float] = json.loads(text)
    return scores


def reached(depth: int, experience_level: int) -> tuple[str, str]:
    """The two achievements of a moment, by their names in the table."""
    return f"Dlvl:{depth}", f"Xp:{experience_level}"


class Progress:
    """What one episode has reached so far; it never falls."""

    def __init__(self) -> None:
        self._reached: set[str] = set()

    @property
    def score(self) -> float:
        return max((table().get(name, 0.0) for name in self._reached), default=0.0)

    def reach(self, depth: int, experience_level: int) -> tuple[str, ...]:
        """Take in a moment; returns what is reached for the first time."""
        news = [name for name in reached(depth, experience_level) if name not in self._reached]
        self._reached.update(news)
        return tuple(news)
