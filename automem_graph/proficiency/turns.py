"""What a selector sees of a turn: one routine of one step, in which memory was kept or consulted.

A view is a copy. Whatever a selector does to it, examples are made from the trace, and what it
returns is compared with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automem_graph.agent.state import Message
from automem_graph.protocols import ActionSpec, Frozen, Routine


class ActionView(Frozen):
    """One memory action of a turn."""

    name: str
    kind: str
    """search, read or write; empty for one that is not declared."""
    args: Mapping[str, str]
    result: str
    ok: bool
    found: int | None = None
    """Lines that a search found."""
    repeated: bool = False
    """A write of nothing but lines that were in the file already."""


class TurnView(Frozen):
    """A turn as a selector gets it, as a dict."""

    id: str
    """`s42-0123abcdef/17/log`: episode, step and routine."""
    episode: str
    task: str
    seed: int
    step: int
    routine: Routine
    progression: float
    """Of the whole episode, in [0, 1]."""
    better_than: float
    """Share of the task's other episodes whose progression is lower."""
    steps: int
    """Of the whole episode."""
    observation: str
    replies: tuple[str, ...]
    """What the model said in this turn, verbatim, a reply each: the targets."""
    actions: tuple[ActionView, ...]
    files: Mapping[str, int]
    """Lines of each file before the turn."""
    prompt_chars: int
    """Of the turn's longest prompt: that of its last reply."""

    def as_dict(self) -> dict[str, Any]:
        """The view as plain data, which scaffold code may keep and change as it likes."""
        return self.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a turn as the trace has it; no selector gets this."""

    prompt: tuple[Message, ...]
    """The messages that the model was given, byte for byte."""
    text: str
    token_ids: tuple[int, ...]
    """In the model's own tokens, where it told them; its end token is one of them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn with what examples are made of."""

    view: TurnView
    replies: tuple[Reply, ...]
    """As many as the view has, in the same order."""
    actions: tuple[ActionSpec, ...]
    """Those that its scaffold declares."""
