"""What a game brings to the player: how its text is read, and what is said in the two routines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from langchain_core.messages import BaseMessage

from automem_graph.models.player.conversation import Moment, Seen, moment

_NO_GAME = "I am a rehearsal player and see no game in this conversation."


@dataclass(frozen=True, slots=True)
class Game(Generic[Seen]):
    """The rules of one game, as functions.

    `sights` finds the observations in a text, in order; `log` and `plan` reply to a moment of the
    routine that they are named after.
    """

    sights: Callable[[str], Sequence[Seen]]
    log: Callable[[Moment[Seen]], str]
    plan: Callable[[Moment[Seen]], str]

    def reply(self, messages: Sequence[BaseMessage]) -> str:
        """The answer to one step's conversation so far."""
        here = moment(messages, self.sights)
        if here.routine == "log":
            return self.log(here)
        if here.routine == "plan":
            return self.plan(here)
        return _NO_GAME
