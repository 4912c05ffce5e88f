"""The fixed post-processing of replies: no recipe bears on it, and doing it twice changes nothing.

A target is always the beginning of a reply, byte for byte, up to the end of its last memory action:

- LOG ends at DONE, and what follows is cut off;
- PLAN loses its commit and what follows it, since another model commits;
- nothing stands after the last action;
- a reply without a memory action that could run has no target.

DONE counts as a memory action: that nothing is worth writing down is a decision too. What is
malformed counts as none, but stays where a good action follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.memory.grammar import parse
from automem_graph.protocols import ActionSpec, Routine


def tidy(reply: str, routine: Routine, actions: Sequence[ActionSpec]) -> str:
    """The target that a reply gives: the beginning of it, empty where it has no memory action."""
    kinds = {spec.name: spec.kind for spec in actions}
    position = end = 0
    for call in parse(reply, actions, routine):
        kind = kinds.get(call.name)
        place = reply.find(call.text, position)
        if place < 0 or (kind == "commit" and routine == "plan"):
            break
        position = place + len(call.text)
        if call.problem is None:
            end = position
            if kind == "done":
                break
    return reply[:end]
