"""The diagnosis: which signs of trouble all episodes together show, the heaviest first."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from automem_graph.protocols import Frozen
from automem_graph.structure.reviewer.evidence import Episode
from automem_graph.structure.reviewer.retraced import Sign
from automem_graph.structure.reviewer.signs import SIGNS

LEAST = 0.01
"""Mean share below which a sign is no finding."""
REFERENCES = 5
"""Places that an analysis names for one finding."""


class Finding(Frozen):
    """A sign that the episodes show. `share` is the mean over all of them, in [0, 1]."""

    sign: str
    share: float
    episodes: int
    """How many of the episodes show it."""
    where: tuple[str, ...]
    """`e07, steps 40 to 210: ...`: the worst place of each of the worst episodes."""

    @property
    def short(self) -> str:
        """In two or three words."""
        return SIGNS[self.sign].short

    @property
    def meaning(self) -> str:
        """In a sentence or two."""
        return " ".join((SIGNS[self.sign].find.__doc__ or "").split())


def diagnose(episodes: Sequence[Episode]) -> tuple[Finding, ...]:
    """The findings on at least one episode, the one with the greatest share first."""
    found = (_finding(name, episodes) for name in SIGNS)
    kept = [finding for finding in found if finding.share >= LEAST]
    return tuple(sorted(kept, key=lambda finding: -finding.share))


def _finding(name: str, episodes: Sequence[Episode]) -> Finding:
    seen: list[tuple[Episode, Sign]] = [(one, SIGNS[name].find(one)) for one in episodes]
    showing = [(episode, sign) for episode, sign in seen if sign.share > 0]
    worst = sorted(showing, key=lambda one: (-one[1].share, one[0].label))
    return Finding(
        sign=name,
        share=fmean(sign.share for _, sign in seen),
        episodes=len(showing),
        where=tuple(f"{episode.label}, {sign.where[0]}" for episode, sign in worst if sign.where)[
            :REFERENCES
        ],
    )
