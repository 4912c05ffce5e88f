"""The state of loop 1: ids, counters and where to go. All else is files."""

from __future__ import annotations

from typing_extensions import TypedDict  # the schemas of graphs need this one below Python 3.12

from automem_graph.structure.fork import Forked
from automem_graph.structure.lineage import Stage


class LoopInput(TypedDict, total=False):
    """A run needs no input: the context says what to do."""


class LoopState(Forked, total=False):
    """Where the loop stands."""

    version: int
    """Of the incumbent."""
    attempt: int
    """At the next version, from 1."""
    first: int
    """Number of the first child of the generation under way."""
    last: int
    """Number of its last child: as far as is planned, and then as many as there were."""
    parent: str
    """Id of the scaffold that the attempt is made from."""
    idle: list[str]
    """Ids of those that the proposer has nothing left to try with."""
    tried: int
    """Tries at getting this attempt past the checks."""
    stage: Stage
    """How far the attempt has come."""
    why: str
    """What was found out about it last: why it passed or did not."""
    next: str
    """The node to go to."""
    stop: str
    """Why the search has ended."""


def name_of(state: LoopState) -> str:
    """The attempt's name: `v1.2` is the second at what would become version 1."""
    return f"v{state['version'] + 1}.{state['attempt']}"
