"""Where a line of memory comes from: who wrote it, in which conversation, after which messages."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator

from automem_graph.memory.text import without_surrogates
from automem_graph.protocols import Frozen

Kind = Literal["human", "assistant", "tool", "system"]
"""Who speaks in a message. What a tool says is nobody's word: web pages, mails, other people."""

MOST_CHARS = 200


def bounded(text: str) -> str:
    """An id as a log keeps it: text that any store takes; of a long one its SHA-256."""
    text = without_surrogates(text.replace("\0", "\ufffd"))
    return text if len(text) <= MOST_CHARS else f"sha256:{sha256(text.encode()).hexdigest()}"


Id = Annotated[str, AfterValidator(bounded)]
"""What others call something: of any length when it is given, short when it is kept."""


class Heard(Frozen):
    """A message that was new when something was written."""

    id: Id
    kind: Kind
    name: Id = ""
    """The tool's name, or the speaker's where the message has one."""


class Source(Frozen):
    """Where what is written now comes from."""

    thread: Id = ""
    """The conversation; empty outside of one."""
    step: int = 0
    """Model calls of the conversation before this one."""
    role: Id = "gameplay"
    """Who writes: a model's role, `scaffold`, or `person`."""
    heard: tuple[Heard, ...] = ()
    """The messages that it is about."""

    def concerns(self, thread: str | None, message: str | None) -> bool:
        """Whether it is of this thread and about this message; None stands for any."""
        return thread in (None, self.thread) and (
            message is None or any(one.id == message for one in self.heard)
        )
