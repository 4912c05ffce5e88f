"""A generation of children against the best version, all at once: a heat, then the finals.

All children play the first worlds of the gate; the better half of them go on and play the rest. So
a generation of four costs as much as two and two thirds of its children would, and all cores have
something to do. Nobody passes by being chosen: a child passes in the finals exactly where it would
have passed had all of them played everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench
from automem_graph.structure.gate import judge
from automem_graph.structure.lineage import Match, Pair
from automem_graph.structure.matches import (
    ALIKE,
    Results,
    Side,
    broke_off,
    complete,
    does_not_start,
    play,
    plays_alike,
    seconds_for,
)

PART = 3
"""The heat is one in so many of the gate's worlds."""


class Child(NamedTuple):
    """A candidate of the generation: ids of its scaffold, and of the one that it was made from."""

    name: str
    scaffold: str
    parent: str


def heat_of(seeds: Sequence[int], tasks: int) -> Sequence[int]:
    """The seeds of the heat: a third, and as many as tell whether a child plays as its parent."""
    least = -(-ALIKE // tasks)
    return seeds[: max(-(-len(seeds) // PART), least)]


def cost_of(children: int, seeds: Sequence[int], tasks: int) -> int:
    """Episodes that a generation of so many children takes at most, without a confirmation."""
    heat = len(heat_of(seeds, tasks))
    return tasks * (children * heat + finalists(children) * (len(seeds) - heat))


def finalists(children: int) -> int:
    """How many of so many children go on after the heat."""
    return -(-children // 2)


def compete(bench: Bench, best: str, children: Sequence[Child]) -> dict[str, Match]:
    """The match of each child against the scaffold `best`, by the child's name.

    An episode of a child that fails is its own fault and ends its match; a server's or a budget's
    is nobody's: Unfinished.
    """
    gate, tasks = bench.terms.gate, len(bench.terms.tasks)
    heat, names = heat_of(gate, tasks), " ".join(one.name for one in children)
    known = complete(bench, [Side(best)], gate, "the best version")[Side(best)]
    limit = seconds_for(bench, known)
    broken = {one: why for one in children if (why := _unable(bench, one))}
    running = [one for one in children if one not in broken]
    found = play(bench, _sides(running), heat, f"{names} on the first worlds", seconds=limit)
    seen = {one: _Seen(bench, one, known, found[Side(one.scaffold)], heat) for one in running}
    open_ = [one for one in running if seen[one].is_open]
    ranked = sorted(open_, key=lambda one: -seen[one].mean)  # sorted is stable: the first of equals
    going = [one for one in open_ if one in ranked[: finalists(len(children))]]
    if len(heat) < len(gate) and going:
        names = " ".join(one.name for one in going)
        whole = play(bench, _sides(going), gate, f"{names} on the rest of them", seconds=limit)
        seen |= {one: _Seen(bench, one, known, whole[Side(one.scaffold)], gate) for one in going}
    elif len(heat) == len(gate):
        going = open_  # they have played everything
    lost = {
        one.name: Match(pairs=(), failed=why, spared=len(bench.terms.keys(gate)))
        for one, why in broken.items()
    }
    return lost | {one.name: seen[one].match(outrun=one not in going) for one in running}


def winner(matches: Mapping[str, Match]) -> str | None:
    """Who has passed, and with the smallest p; of equals the first. None where nobody has."""
    won = {name: one.judged for name, one in matches.items() if one.judged and one.judged.passed}
    return min(won, key=lambda name: won[name].p, default=None)


class _Seen:
    """What is known of a child after some of the gate's worlds, which come in order."""

    def __init__(
        self, bench: Bench, child: Child, known: Results, played: Results, seeds: Sequence[int]
    ) -> None:
        self._rule = bench.terms.rule
        self._left = len(bench.terms.keys(bench.terms.gate)) - len(bench.terms.keys(seeds))
        self.failed = ""
        pairs: list[Pair] = []
        keys = bench.terms.keys(seeds)
        for task, seed in keys:
            result, before = played[task, seed], known[task, seed]
            if result.progression is None:
                self.failed = broke_off(result)
                self._left += len(keys) - len(pairs)
                break
            earned = before.progression or 0.0
            pairs.append(Pair(task=task, seed=seed, before=earned, after=result.progression))
        self.pairs = tuple(pairs)
        told = not self.failed and bool(self._left)  # of one that has played it all, scores speak
        self.alike = (
            told and len(keys) >= ALIKE and plays_alike(bench, Side(child.parent), played, keys)
        )

    @property
    def is_open(self) -> bool:
        """Whether it may go on."""
        return not self.failed and not self.alike

    @property
    def mean(self) -> float:
        return sum(pair.after for pair in self.pairs) / len(self.pairs)

    def match(self, *, outrun: bool) -> Match:
        """Its match as far as it came."""
        if self.failed or self.alike or outrun:
            end = {"failed": self.failed, "alike": self.alike, "spared": self._left}
            return Match(pairs=self.pairs, outrun=self.is_open and outrun, **end)
        return Match(pairs=self.pairs, judged=judge([one.gap for one in self.pairs], self._rule))


def _sides(children: Sequence[Child]) -> Sequence[Side]:
    return [Side(one.scaffold) for one in children]


def _unable(bench: Bench, child: Child) -> str:
    """Why a child that has passed the checks does not start any more; empty where it does."""
    try:
        ScaffoldHost.start(load_scaffold(bench.scaffold(child.scaffold))).close()
    except ScaffoldError as broken:
        return does_not_start(bench, child.scaffold, broken)
    return ""
