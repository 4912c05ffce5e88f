"""What the engineer reads on a desk: the ledger, and how many turns a selection leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from automem_graph.proficiency.desk_facts import Facts, read_facts
from automem_graph.proficiency.desk_ledger import Past, read_past
from automem_graph.proficiency.desk_turns import walk_turns
from automem_graph.proficiency.ledger import BASE, Behaviour
from automem_graph.proficiency.recipe import Filters
from automem_graph.proficiency.selector import passes
from automem_graph.proficiency.turns import TurnView

BETTER = 0.8
"""A habit is better where its measure is at most this share of another player's."""

_HABITS = ("writes_per_search", "repeated_writes", "duplicate_lines")


@dataclass(frozen=True)
class Evidence:
    """A desk, read."""

    facts: Facts
    past: Sequence[Past]
    turns: Sequence[TurnView]

    def left(self, filters: Filters) -> dict[str, int]:
        """About how many of all turns pass, by routine."""
        whole = self.facts.turns / max(1, self.facts.shown)
        passed = [turn.routine for turn in self.turns if passes(turn, filters)]
        return {one: round(passed.count(one) * whole) for one in ("log", "plan")}

    def picked(self, filters: Filters) -> tuple[bool, ...]:
        """Which of the turns on the desk pass."""
        return tuple(passes(turn, filters) for turn in self.turns)

    def row(self, name: str) -> Past | None:
        return next((row for row in self.past if row.name == name and row.done), None)

    @property
    def trials(self) -> list[Past]:
        return [row for row in self.past if not row.is_control]

    @property
    def best(self) -> Past | None:
        """The trial that came to its end with the best habits; of equals, the first."""
        done = [row for row in self.trials if row.done and row.recipe is not None]
        base = self.row(BASE)
        return min(done, key=lambda row: self._rank(row, base)) if done else None

    def _rank(self, row: Past, base: Past | None) -> tuple[bool, float]:
        return self.lost(row) > 0, distance(row, base)

    def lost(self, row: Past) -> float:
        """How much less progression than the base, if that is more than one standard error; or 0.

        Pairs are the worlds that both have played.
        """
        base = self.row(BASE)
        both = sorted(set(row.worlds) & set(base.worlds)) if base else []
        if base is None or not both:
            return 0.0
        gaps = [row.worlds[world] - base.worlds[world] for world in both]
        error = stdev(gaps) / math.sqrt(len(gaps)) if len(gaps) > 1 else 0.0
        gap = fmean(gaps)
        return -gap if gap < 0 and -gap > error else 0.0


def read_evidence(desk: Path) -> Evidence:
    """ValueError where the desk cannot be read."""
    return Evidence(
        facts=read_facts(desk / "facts.json"),
        past=read_past(desk / "ledger.jsonl"),
        turns=tuple(walk_turns(desk / "turns.jsonl")),
    )


def distance(row: Past, base: Past | None) -> float:
    """Bad habits as a share of the base's, on average: less is better. 1 without a base."""
    if base is None or base.behaviour is None or row.behaviour is None:
        return 1.0
    shares = [share(row.behaviour, base.behaviour, name) for name in _HABITS]
    return fmean(shares) + (10.0 if not row.behaviour.writes else 0.0)


def share(ours: Behaviour, theirs: Behaviour, name: str) -> float:
    """One measure as a share of another player's, between 0 and 10; 1 where both are 0."""
    mine, other = getattr(ours, name), getattr(theirs, name)
    if mine == other:
        return 1.0
    if not other or not math.isfinite(mine):
        return 10.0
    return min(10.0, mine / other) if math.isfinite(other) else 0.0


def figures(row: Past, others: Mapping[str, Past | None]) -> str:
    """A player's habits beside those of others, in a sentence."""
    assert row.behaviour is not None
    told = []
    for name, form in (
        ("writes_per_search", "{:.2f}"),
        ("repeated_writes", "{:.1%}"),
        ("duplicate_lines", "{:.1%}"),
        ("consulted", "{:.0%}"),
        ("failed_calls", "{:.1%}"),
    ):
        beside = [
            f"{who} {form.format(getattr(one.behaviour, name))}"
            for who, one in others.items()
            if one is not None and one.behaviour is not None
        ]
        mine = f"{name.replace('_', ' ')} {form.format(getattr(row.behaviour, name))}"
        told.append(f"{mine} ({', '.join(beside)})" if beside else mine)
    return "; ".join(told)
