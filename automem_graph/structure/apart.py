"""A graph that runs in a node of another one, as if it ran alone.

LangGraph hands a node's checkpointer and durability on to whatever graph runs in the node: every
message of a deep agent would be written among loop 1's checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import Context
from typing import TypeVar

Update = TypeVar("Update")


def apart(stream: Callable[[], Iterator[Update]]) -> Iterator[Update]:
    """The stream's updates, each made outside of the graph that is running here."""
    context = Context()
    updates = context.run(stream)
    while True:
        try:
            update = context.run(next, updates)
        except StopIteration:
            return
        yield update
