"""What happens in a pipeline: a stage begins, and then all that the loop in it tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from automem_graph.episodes.many import JobEvent
from automem_graph.proficiency.events import Event as Training
from automem_graph.protocols import Frozen
from automem_graph.structure.events import Event as Evolving

StageName = Literal["evolve", "train", "final"]


class Stage(Frozen):
    """A stage has begun, or goes on."""

    event: Literal["stage"] = "stage"
    stage: StageName
    folder: str
    bench: Any = Field(default=None, exclude=True, repr=False)
    """What the stage works with, for those who follow it in this process."""


Event = Stage | Evolving | Training
Listener = Callable[[Event | JobEvent], None]
