"""Models whose requests can say what they belong to."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class TellsSession:
    """A chat model that can tell its server which session a request belongs to.

    A class to derive from, not a protocol: what somebody else's model means by a method of the same
    name is not known.
    """

    @abstractmethod
    def in_session(self, session: str) -> Self:
        """The same model, on the same connections, whose requests say what they belong to.

        Whoever shares requests out among several servers can keep those of one session together,
        where the prefixes of its prompts are cached.
        """


def in_session(model: BaseChatModel, session: str) -> BaseChatModel:
    """The model, with requests that tell the session where it is one that can."""
    return model.in_session(session) if isinstance(model, TellsSession) else model
