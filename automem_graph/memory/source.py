"""Where a line of memory comes from: who wrote it, in which conversation, after which messages."""

from __future__ import annotations

from typing import Literal

from automem_graph.protocols import Frozen

Kind = Literal["human", "assistant", "tool", "system"]
"""Who speaks in a message. What a tool says is nobody's word: web pages, mails, other people."""


class Heard(Frozen):
    """A message that was new when something was written."""

    id: str
    kind: Kind
    name: str = ""
    """The tool's name, or the speaker's where the message has one."""


class Source(Frozen):
    """Where what is written now comes from."""

    thread: str = ""
    """The conversation; empty outside of one."""
    step: int = 0
    """Model calls of the conversation before this one."""
    role: str = "gameplay"
    """Who writes: a model's role, `scaffold`, or `person`."""
    heard: tuple[Heard, ...] = ()
    """The messages that it is about."""
