"""What happens in a run of loop 2, told as it happens to Studio and to a listener.

Episodes that are played are told as in loop 1: `Playing`, `Played`, and the events of jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from automem_graph.episodes.many import JobEvent
from automem_graph.proficiency.ledger import Row
from automem_graph.proficiency.trainer import Heartbeat
from automem_graph.protocols import Frozen
from automem_graph.structure.events import Played, Playing


class Began(Frozen):
    """A node of the loop has begun; `trial` is `t2`, or `base` before the first."""

    event: Literal["node"] = "node"
    node: str
    trial: str


class Said(Frozen):
    """A line about what the decider does, or what is made."""

    event: Literal["said"] = "said"
    trial: str
    text: str


class Trains(Frozen):
    """How the training of an adapter goes."""

    event: Literal["train"] = "train"
    trial: str
    beat: Heartbeat


class Recorded(Frozen):
    """A trial, or a control, has its row."""

    event: Literal["row"] = "row"
    row: Row


Event = Began | Said | Trains | Recorded | Playing | Played
Listener = Callable[[Event | JobEvent], None]
