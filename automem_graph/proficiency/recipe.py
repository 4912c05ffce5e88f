"""A recipe: which turns to train on, in which mixture, and how. One decision of the decider's.

Selection, composition and LoRA configuration are chosen together (paper, loop 2). What is out of
range is refused with a sentence, before anything is paid for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from automem_graph.protocols import Frozen, Routine

SOURCE_CHARS = 20_000
"""Characters of a selector's source."""

Share = Annotated[float, Field(ge=0, le=1)]


class Code(Frozen):
    """A selector as Python source: `select(turns) -> picks`, in the scaffold host's isolation.

    `turns` are a list of dicts (see `turns.TurnView`); `picks` are some of these, or their ids.
    """

    kind: Literal["code"] = "code"
    source: str = Field(min_length=1, max_length=SOURCE_CHARS)


class Filters(Frozen):
    """A selector as conditions, which all must hold of a turn."""

    kind: Literal["filters"] = "filters"
    routines: tuple[Routine, ...] = ("log", "plan")
    episodes_above: Share = 0.0
    """Only episodes whose progression is above so large a share of all episodes'."""
    searches_before_writes: bool = False
    """In LOG: nothing is written before memory was searched or read."""
    consults: bool = False
    """In PLAN: memory is searched or read."""
    finds: bool = False
    """At least one of its searches found something."""
    no_repeats: bool = False
    """No write whose line was in the file already."""
    no_failures: bool = False
    """No memory action that was malformed or refused."""


Selection = Annotated[Code | Filters, Field(discriminator="kind")]


class Composition(Frozen):
    """The mixture of what was selected."""

    log_share: Share | None = None
    """Share of LOG among the examples, as far as there are enough of both; None takes all."""
    most: int = Field(default=4000, ge=1, le=200_000)
    """Examples at most, drawn evenly over episodes and the same ones each time."""
    most_per_episode: int | None = Field(default=None, ge=1)
    task_weights: Mapping[str, Annotated[float, Field(ge=0, le=100)]] = Field(default_factory=dict)
    """How much of each task to take, in relation to the others; 1 where it is not named."""


class Lora(Frozen):
    """How the adapter is trained."""

    rank: int = Field(default=16, ge=1, le=512)
    alpha: float = Field(default=32, gt=0, le=4096)
    dropout: float = Field(default=0.0, ge=0, le=0.5)
    targets: Literal["attention", "all-linear"] = "all-linear"
    learning_rate: float = Field(default=5e-5, gt=0, le=0.1)
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup: float = Field(default=0.05, ge=0, le=0.5)
    """Share of the steps."""
    epochs: float = Field(default=3, gt=0, le=100)
    batch: int = Field(default=16, ge=1, le=4096)
    """Examples per step of the optimiser, however they are spread."""
    cutoff: int = Field(default=16_384, ge=64, le=131_072)
    """Tokens of prompt and target; a longer example is left out, and never cut."""


class Recipe(Frozen):
    """Everything that an adapter is made by, beside the base model and the episodes."""

    selection: Selection
    composition: Composition = Composition()
    lora: Lora = Lora()
    least: int = Field(default=1, ge=1)
    """Examples that there must be, else the trial fails: the selection was too narrow."""

    @property
    def id(self) -> str:
        """12 hex digits for its content."""
        data = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()[:12]
