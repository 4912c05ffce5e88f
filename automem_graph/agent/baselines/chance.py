"""Chance as an agent: the floor that every other one must rise above."""

from __future__ import annotations

import hashlib

from automem_graph.protocols import TaskCard


def draw(card: TaskCard, seed: int, step: int) -> str:
    """A uniformly random action of the task, the same in any process for this task, seed and step.

    Made of a hash, not of a generator: a resumed or forked episode needs no state to draw on.
    """
    drawn = hashlib.sha256(f"{card.name} {seed} {step}".encode()).digest()
    return card.actions[int.from_bytes(drawn[:8], "big") % len(card.actions)]
