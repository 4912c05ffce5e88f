"""The seam to training: examples and a configuration in, an adapter folder out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from automem_graph.agent.state import Message
from automem_graph.proficiency.ledger import Fitted
from automem_graph.proficiency.recipe import Lora
from automem_graph.protocols import Frozen


class Example(Frozen):
    """One line of examples.jsonl: a prompt as the model was given it, and what it replied."""

    id: str
    """The turn's id and the number of the reply in it: `s42-0123abcdef/17/log/0`."""
    prompt: tuple[Message, ...]
    target: str
    token_ids: tuple[int, ...] = ()
    """The target in the model's own tokens, where a local model told them and all are kept."""


class TrainingFailed(Exception):
    """No adapter came of it; the message says why and what to change."""


class Heartbeat(Frozen):
    """How training goes: told every step or so."""

    step: int
    steps: int
    loss: float
    tokens_per_second: float


class Trainer(Protocol):
    """Trains a LoRA adapter on examples."""

    def train(
        self,
        examples: Path,
        base: str,
        lora: Lora,
        adapter: Path,
        hear: Callable[[Heartbeat], None],
        *,
        seed: int = 0,
    ) -> Fitted:
        """Make the folder `adapter`, all of it or nothing; goes on where it was interrupted.

        `base` is the folder or the name of the base model. Raises TrainingFailed for what is wrong
        with the data or the configuration (empty, NaN, out of memory).
        """
        ...
