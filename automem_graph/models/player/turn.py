"""A turn of the player: the rules of the game that the conversation is about."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from automem_graph.models.player.crafter.turn import CRAFTER
from automem_graph.models.player.errands.turn import TALK
from automem_graph.models.player.nethack.turn import NETHACK

_TERMINAL = "\n\nMap:\n"
"""What only the text of NetHack and MiniHack has."""


_ANSWERS = "Your actions are your answers"
"""What only the rules of a conversation say."""


def reply(messages: Sequence[BaseMessage]) -> str:
    """The player's answer to one step's conversation so far."""
    if any(_ANSWERS in message.text for message in messages if message.type == "system"):
        return TALK.reply(messages)
    game = NETHACK if any(_TERMINAL in message.text for message in messages) else CRAFTER
    return game.reply(messages)
