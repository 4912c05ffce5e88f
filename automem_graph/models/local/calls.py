"""What passes between a chat model and the engine that generates for it."""

from __future__ import annotations

from dataclasses import dataclass

BASE = "__base__"
"""PEFT's name for no adapter, among the adapters of a batch."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked for one reply."""

    tokens: tuple[int, ...]
    adapter: str
    """As `Engine.mount` calls it, or `BASE`."""
    temperature: float
    """0 takes the likeliest token each time."""
    limit: int
    """Tokens that the reply may have, at least one."""
    seed: int
    """Below 2**63; the same one draws the same reply on the same kind of device."""
    shared: int = 0
    """Tokens at its beginning that other prompts have as well; fewer than all of them."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply in tokens, the one that ended it included."""

    tokens: tuple[int, ...]
    ended: bool
    """Whether the model ended it, and not the limit."""
