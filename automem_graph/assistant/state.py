"""What travels between the nodes of the memory agent, and from one turn of a thread to the next."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from automem_graph.agent.state import Step


class Kept(TypedDict, total=False):
    """What one conversation keeps for memory beside the files: small, JSON, and private."""

    step: int
    """Times that memory was kept in this conversation."""
    previous: str
    """What was new the last time."""
    heard: list[str]
    """Marks of the messages that LOG took in last (see `hearing.mark`)."""
    missed: list[str]
    """Marks of those that it did not, because something went wrong; they come with the next."""
    trouble: str
    """Why nothing was recalled the last time, where something went wrong: one sentence."""
    hook_state: dict[str, Any]
    """The scaffold's own state, at most 8 KB."""


class MemoryInput(TypedDict):
    """What starts a run: a conversation, of which all after the last reply is new."""

    messages: Annotated[list[AnyMessage], add_messages]
    kept: NotRequired[Kept]
    """What the conversation's last run gave back, where no checkpointer kept it."""


class MemoryOutput(TypedDict, total=False):
    """What a run gives back."""

    messages: Annotated[list[AnyMessage], add_messages]
    recalled: list[dict[str, str]]
    """What memory had to say: `file`, `asked` and `text` of each piece (see `Recalled`)."""
    kept: Kept


class MemoryState(TypedDict, total=False):
    """The graph's channels."""

    messages: Annotated[list[AnyMessage], add_messages]
    recalled: list[dict[str, str]]
    """What PLAN found so far; in the end all that memory has to say."""
    kept: Kept
    looked: dict[str, int]
    """What this run has seen of the files (see `memory.shared.Looked`)."""
    looks: list[dict[str, Any]]
    """What LOG has read, as calls: the assistant is shown what they find in the end."""
    turn: Step
    """The step in play: its own conversation with the specialist, and all that belongs to it."""
