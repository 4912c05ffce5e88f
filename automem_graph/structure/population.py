"""The pool of a population search: who is a good parent, and which one is drawn.

A search that only ever goes on from its best scaffold stalls where each single change loses. Here
whoever does best in some world may be a parent (the idea is GEPA's, arXiv 2507.19457): what is good
for one world in three is not lost because the mean says no. docs/population.md is the page on it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from automem_graph.evaluation.results import Key, read_results
from automem_graph.protocols import Frozen
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Row
from automem_graph.structure.terms import Terms


class Member(Frozen):
    """A scaffold of the pool. It has played all of the gate's worlds."""

    name: str
    """Its row's."""
    scaffold: str
    scores: Mapping[Key, float]
    """Progression in [0, 1]; all members have the same worlds."""


def pool_of(rows: Sequence[Row], first: Mapping[Key, float]) -> tuple[Member, ...]:
    """Those of the rows that have played all of the gate's worlds, in order.

    `first` is what the first row's scaffold has earned there. Whoever failed in a world, was found
    out by the audit, or was stopped early is no member.
    """
    members = []
    for row in rows:
        if not row.parent:
            members.append(Member(name=row.name, scaffold=row.scaffold, scores=first))
        elif row.trial is not None and row.trial.judged is not None:
            scores = {pair.key: pair.after for pair in row.trial.pairs}
            members.append(Member(name=row.name, scaffold=row.scaffold, scores=scores))
    return tuple(members)


def read_pool(folder: EvolutionFolder, terms: Terms, rows: Sequence[Row]) -> tuple[Member, ...]:
    """The pool of a run, once its first scaffold is measured: before that it is empty."""
    if not rows:
        return ()
    found = read_results(folder.play(rows[0].scaffold))[1]
    played = {key: found.get(key) for key in terms.keys(terms.gate)}
    return pool_of(
        rows, {key: (one.progression or 0.0) if one else 0.0 for key, one in played.items()}
    )


def read_front(folder: EvolutionFolder, terms: Terms, rows: Sequence[Row]) -> dict[str, float]:
    """The names of the front's rows, in order, each with its share (see `shares_of`)."""
    front = front_of(read_pool(folder, terms, rows))
    return dict(zip((one.name for one in front), shares_of(front), strict=True))


def dominates(one: Member, other: Member) -> bool:
    """Whether one is nowhere worse than the other, and somewhere better."""
    pairs = [(one.scores[key], score) for key, score in other.scores.items()]
    return all(mine >= theirs for mine, theirs in pairs) and any(a > b for a, b in pairs)


def front_of(pool: Sequence[Member]) -> tuple[Member, ...]:
    """Those that nobody dominates; of several with the same scores the first."""
    once = {tuple(sorted(one.scores.items())): one for one in reversed(pool)}.values()
    distinct = [one for one in pool if any(one is other for other in once)]
    return tuple(one for one in distinct if not any(dominates(other, one) for other in distinct))


def shares_of(front: Sequence[Member]) -> tuple[float, ...]:
    """The number of worlds in which each is the best; where several are, each has its part of it.

    Of a front at least one is more than 0, and all together they are as many as there are worlds.
    """
    shares = [0.0] * len(front)
    for key in front[0].scores if front else ():
        best = max(one.scores[key] for one in front)
        winners = [place for place, one in enumerate(front) if one.scores[key] == best]
        for place in winners:
            shares[place] += 1 / len(winners)
    return tuple(shares)


def draw(front: Sequence[Member], name: str) -> Member:
    """The parent that the name draws, in proportion to the shares: the same one each time."""
    return random.Random(name).choices(front, shares_of(front))[0]
