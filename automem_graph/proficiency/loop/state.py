"""The state of loop 2: ids, counters and where to go. All else is files."""

from __future__ import annotations

from typing_extensions import TypedDict  # the schemas of graphs need this one below Python 3.12

from automem_graph.proficiency.ledger import Stage
from automem_graph.structure.fork import Forked


class LoopInput(TypedDict, total=False):
    """A run needs no input: the context says what to do."""


class LoopState(Forked, total=False):
    """Where the loop stands."""

    trial: int
    """From 1."""
    tried: int
    """Recipes that the decider has given for this trial."""
    stage: Stage
    """How far the trial has come."""
    why: str
    """What was found out about it last: why it goes back, or failed."""
    next: str
    """The node to go to."""
    stop: str
    """Why the search has ended."""
    promoted: str
    """The trial whose adapter is promoted; empty where none is."""


def name_of(state: LoopState) -> str:
    """The trial's name."""
    return f"t{state['trial']}"
