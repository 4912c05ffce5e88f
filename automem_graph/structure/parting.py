"""A task with only so many worlds, such as a dataset: the gate's, the held-out ones, the rest.

By default the gate has a third, a third is held out, and confirmations take the rest in turn, each
its own. The worlds are shuffled, the same way every time: files are seldom in no order.
"""

from __future__ import annotations

import random
from collections.abc import Collection

from automem_graph.evaluation.seeds import BadSeeds
from automem_graph.structure.gate import Rule

CONFIRMATIONS = 3
"""For so many the rest should do; then each of them may have as many worlds as the gate."""

Seeds = tuple[int, ...]


def part(
    task: str, worlds: int, rule: Rule, most: int, gate: Seeds = (), held_out: Seeds = ()
) -> tuple[Seeds, Seeds]:
    """The gate's seeds and the held-out ones: those that are given, else at most `most` of each.

    BadSeeds where nothing is left for a confirmation.
    """
    if not gate:
        size = max(least(rule), min(most, worlds // 3))
        gate = tuple(sorted(_shuffled(worlds, held_out)[:size]))
    if not held_out:
        spare = worlds - len(gate) - _enough(rule, len(gate))
        size = max(1, min(most, worlds // 3, spare))
        held_out = tuple(sorted(_shuffled(worlds, gate)[:size]))
    if not fresh(worlds, rule, gate, held_out, 0):
        left = worlds - len({*gate, *held_out})
        raise BadSeeds(
            f"{task} has {worlds:,} worlds; the gate's {len(gate)} and {len(held_out)} held-out "
            f"ones leave {left}, and a confirmation needs {_enough(rule, len(gate))}: give the "
            "task more worlds, or name fewer with --seeds and --held-out"
        )
    return gate, held_out


def fresh(worlds: int, rule: Rule, gate: Seeds, held_out: Seeds, confirmation: int) -> Seeds:
    """The seeds of the n-th confirmation, counted from 0; none where too few are left for it."""
    rest = _shuffled(worlds, {*gate, *held_out})
    enough = _enough(rule, len(gate))
    size = max(enough, min(len(gate), len(rest) // CONFIRMATIONS))
    drawn = rest[confirmation * size : (confirmation + 1) * size]
    return tuple(sorted(drawn)) if len(drawn) >= enough else ()


def least(rule: Rule) -> int:
    """Worlds without which nothing passes, whatever is won there."""
    worlds = 1
    while rule.name == "sign_flip" and 0.5**worlds >= rule.p:
        worlds += 1
    return worlds


def _enough(rule: Rule, gate: int) -> int:
    """Worlds of a confirmation at least: half as many as the gate's, and what its rule asks for."""
    return max(least(rule.fresh), -(-gate // 2))


def _shuffled(worlds: int, without: Collection[int]) -> list[int]:
    order = random.Random(0).sample(range(worlds), worlds)
    return [seed for seed in order if seed not in without]
