"""How a model's replies are sampled."""

from __future__ import annotations

from pydantic import Field

from automem_graph.protocols import Frozen


class Sampling(Frozen):
    """Sampling of one role's model; the defaults are the paper's. Rule-based models ignore it."""

    temperature: float = Field(default=1.0, ge=0)
    max_tokens: int = Field(default=4096, ge=1)
    """Tokens that one reply may have, thoughts included."""


PAPER = Sampling()
"""Temperature 1.0 and 4,096 tokens (paper, set-up)."""
