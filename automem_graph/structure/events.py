"""What happens in a run of loop 1, told as it happens to Studio and to a listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.many import JobEvent
from automem_graph.episodes.play import EpisodeResult
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import Row


class Began(Frozen):
    """A node of the loop has begun; `attempt` is `v1.2`, or `v0`."""

    event: Literal["node"] = "node"
    node: str
    attempt: str


class Said(Frozen):
    """A line about what the proposer does."""

    event: Literal["proposer"] = "proposer"
    attempt: str
    text: str


class Playing(Frozen):
    """Episodes are about to be played, those that are there already included."""

    event: Literal["play"] = "play"
    what: str
    """Such as `v1.2 on 24 worlds`."""
    jobs: tuple[PlayContext, ...]


class Played(Frozen):
    """One of them has its result."""

    event: Literal["result"] = "result"
    result: EpisodeResult


class Decided(Frozen):
    """An attempt has its row."""

    event: Literal["row"] = "row"
    row: Row


Event = Began | Said | Playing | Played | Decided
Listener = Callable[[Event | JobEvent], None]
