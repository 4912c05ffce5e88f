"""What travels between the nodes: small and JSON-shaped, never the trace or the files.

Between steps only `episode`, `step` and the latest observation matter; the trace on disk is the
truth, and a state that is behind it adopts it (see `observe`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict  # the schemas of graphs need this one below Python 3.12


class Message(TypedDict):
    """One message of the step's conversation."""

    role: str
    """system, user, assistant; with tool calls also tool."""
    content: str
    tool_calls: NotRequired[list[dict[str, Any]]]
    """The assistant's calls as LangChain has them: `name`, `args` (texts by name), `id`, `type`."""
    tool_call_id: NotRequired[str]
    """The call that a tool's message answers."""


class PlayInput(TypedDict, total=False):
    """What starts or continues a run."""

    episode: Annotated[
        str,
        Field(description="An open episode to go on with; left out, the context says which."),
    ]


class Seen(TypedDict):
    """What the agent knows of the world without its memory; hooks get it, and nothing else."""

    step: int
    last_action: str
    previous: str
    observation: str
    """The world's latest answer as the agent sees it, with a note where an action was invalid."""
    unchanged: int
    """How many times in a row the world's answer was the same as the one before."""


class Turn(TypedDict, total=False):
    """What belongs to the step being played, and nothing else; emptied when a step begins.

    One channel for all of it: LangGraph copies every channel at every node, and twenty of them
    cost more than the world does.
    """

    notes: str
    pending: list[str]
    """User-side texts not said yet: they share the next user message, so that roles alternate."""
    todo: list[dict[str, Any]]
    """The latest reply as parsed calls, to be carried out by the next node."""
    answers: dict[str, str]
    """What the tool calls of the latest reply answered, by their ids; in tags there are none."""
    rounds: int
    """Model calls made in this routine."""
    repaired: bool
    next: Literal["observe", "log", "plan", "recall", "commit", "decide", "turn", "act", "end"]
    """Where the node that ran last decided to go; the routers only read it."""
    committed: str | None
    fallback: bool
    rejections: list[str]
    calls: list[dict[str, Any]]
    """This step's model calls, for its row of the trace."""
    actions: list[dict[str, Any]]
    """This step's memory actions and their results, for its row of the trace."""


class PlayState(TypedDict, total=False):
    """The graph's channels."""

    episode: str
    fork: str
    """Set by whoever edits a checkpoint, to any name: the run goes on from there as an episode of
    its own, and the one that the checkpoint belongs to stays as it is."""
    step: int
    """World actions taken so far; the step being played has this number."""
    seen: Seen
    done: bool
    progression: float
    hook_state: dict[str, Any]
    """The scaffold's own state: at most 8 KB of JSON, handed back to it at every hook."""
    messages: list[Message]
    """The one conversation of this step."""
    turn: Turn


class Step(PlayState, Turn, total=False):
    """What a node sees and returns: the channels, with this step's fields beside them."""


def as_step(state: PlayState) -> Step:
    """The channels as a node sees them."""
    return cast(Step, {**state, **state.get("turn", {})})


def as_update(state: PlayState, update: Step) -> PlayState:
    """What a node returned, as an update of the channels."""
    turn = {name: value for name, value in update.items() if name in Turn.__annotations__}
    channels = {name: value for name, value in update.items() if name not in turn}
    return cast(PlayState, {**channels, "turn": {**state.get("turn", {}), **turn}})
