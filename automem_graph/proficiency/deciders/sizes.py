"""LoRA configurations to begin with, by the size of the base model."""

from __future__ import annotations

from typing import NamedTuple

from automem_graph.proficiency.desk_facts import BaseFacts
from automem_graph.proficiency.recipe import Lora

CUTOFF = 16_384
"""The paper's, where the base model's context is not shorter."""

SHORTEST = 64


class Start(NamedTuple):
    """Where a ladder begins."""

    lora: Lora
    least: int
    """Examples that are worth an adapter."""
    source: str
    """Where the settings are from, in words."""


def start_for(base: BaseFacts) -> Start:
    """The settings for a base model; those of the paper where its size is unknown.

    Only the smallest (a rehearsal) and the largest (the paper) have been measured: what lies
    between is a geometric guess.
    """
    cutoff = max(SHORTEST, min(CUTOFF, base.context or CUTOFF))
    size = base.parameters
    if size and size < 50_000_000:
        lora = Lora(rank=16, alpha=32, learning_rate=2e-3, epochs=1, batch=16, cutoff=cutoff)
        return Start(lora, 48, f"a base of {size:,} parameters learns by one epoch at 2e-3")
    if size and size < 2_000_000_000:
        lora = Lora(rank=32, alpha=64, learning_rate=4e-4, epochs=3, batch=16, cutoff=cutoff)
        return Start(lora, 150, f"a guess for {size:,} parameters, between rehearsal and paper")
    if size and size < 16_000_000_000:
        lora = Lora(rank=64, alpha=128, learning_rate=1e-4, epochs=3, batch=16, cutoff=cutoff)
        return Start(lora, 300, f"a guess for {size:,} parameters, close to the paper's settings")
    lora = Lora(rank=128, alpha=256, learning_rate=5e-5, epochs=3, batch=16, cutoff=cutoff)
    return Start(lora, 300, "the paper's settings for MiniHack on a base of 32 billion parameters")
