"""What travels between the nodes: small and JSON-shaped, never the trace or the files.

Between steps only `episode`, `step` and the latest observation matter; the trace on disk is the
truth, and a state that is behind it adopts it (see `observe`). Everything under "this step" is
emptied when a step begins.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict  # the schemas of graphs need this one below Python 3.12

Message = dict[str, str]
"""One message of the step's conversation: `role` (system, user, assistant) and `content`."""


class PlayInput(TypedDict, total=False):
    """What starts or continues a run."""

    episode: Annotated[
        str,
        Field(description="An open episode to go on with; left out, the context says which."),
    ]


class PlayState(TypedDict, total=False):
    """The graph's channels; each node returns the ones that it changes."""

    episode: str
    step: int
    """World actions taken so far; the step being played has this number."""
    observation: str
    """The world's latest answer as the agent sees it, with a note where an action was invalid."""
    previous: str
    last_action: str
    unchanged: int
    """How many times in a row the world's answer was the same as the one before."""
    progression: float
    done: bool
    hook_state: dict[str, Any]
    """The scaffold's own state: at most 8 KB of JSON, handed back to it at every hook."""

    # This step.
    messages: list[Message]
    notes: str
    pending: list[str]
    """User-side texts not said yet: they share the next user message, so that roles alternate."""
    todo: list[dict[str, Any]]
    """The latest reply as parsed calls, to be carried out by the next node."""
    rounds: int
    """Model calls made in this routine."""
    repaired: bool
    next: Literal["observe", "log", "plan", "recall", "commit", "act", "end"]
    """Where the node that ran last decided to go; the routers only read it."""
    committed: str | None
    fallback: bool
    rejections: list[str]
    calls: list[dict[str, Any]]
    """This step's model calls, for its row of the trace."""
    actions: list[dict[str, Any]]
    """This step's memory actions and their results, for its row of the trace."""
