"""What one step leaves behind: its conversation, its actions and the world's answer."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from automem_graph.agent.state import Message
from automem_graph.memory.tools import ToolCall
from automem_graph.protocols import Frozen, Observation, Role, Routine


class Usage(Frozen):
    """Tokens of one model call; `approximate` where the provider did not count them."""

    input: int
    output: int
    approximate: bool = False


class ModelCall(Frozen):
    """One model call. Its prompt are the messages of the step's conversation up to `prompt`."""

    role: Role
    routine: Routine
    model: str
    prompt: int
    since: int = 0
    """The prompt's first message: an agent of one's own has several conversations in a step."""
    reply: str
    """Verbatim, also where the conversation carries on a stripped one (see `speech.whole`)."""
    tools: tuple[ToolCall, ...] = ()
    """Its tool calls, where these are the codec."""
    thoughts: str = ""
    """What the model thought aloud: read by nobody who plays, and not carried on."""
    token_ids: tuple[int, ...] = ()
    """The reply in the model's own tokens, thoughts and end token included, where it tells them:
    another cut of the same text into tokens is possible."""
    usage: Usage
    ms: float
    """Until there was a reply, with all pauses and tries before it."""
    error: str = ""
    """Why there is no reply, where the step went on without one (see `turns.ask`)."""


class ActionRow(Frozen):
    """One memory action as it was written (`call`) and what it answered, in text order."""

    turn: int
    """Index of the model call that asked for it."""
    routine: Routine
    role: Role
    name: str
    call: str
    result: str
    ok: bool
    found: int | None = None
    """Lines that a search found."""


class StepRow(Frozen):
    """One step: everything from the world's last answer to the next one."""

    step: int
    """World actions taken before this one."""
    messages: tuple[Message, ...]
    calls: tuple[ModelCall, ...]
    actions: tuple[ActionRow, ...] = ()
    rejections: tuple[str, ...] = ()
    """Why the scaffold's review sent an action back, at most twice."""
    said: str
    """The action as it was committed."""
    action: str
    """The action that the world executed."""
    note: str = ""
    """What the agent is told where what it committed is no action of this world."""
    fallback: bool = False
    """No commit came: the default action was taken."""
    unchanged: int = 0
    """Answers in a row, this one included, that were the same as the one before."""
    hook_state: Mapping[str, JsonValue] = {}
    answer: Observation
    world_ms: float = 0.0
