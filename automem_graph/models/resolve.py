"""From what a user types to a chat model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class UnknownModel(ValueError):
    """A name that no chat model answers to here; the message is one sentence on what to type."""


def resolve_model(model: str | BaseChatModel) -> BaseChatModel:
    """The chat model that `model` names; a chat model passes through.

    `offline:NAME` is one of this package's own; anything else is what LangChain's
    `init_chat_model` takes, such as `openai:gpt-5.5`. Raises UnknownModel, which says what to type.
    """
    if not isinstance(model, str):
        return model
    name = model.strip()
    if name.startswith("offline:"):
        return _offline(name)
    if not name:
        raise UnknownModel("The model has no name; type provider:model, or offline:player.")
    return _provided(name)


def _player() -> BaseChatModel:
    from automem_graph.models.player.player import OfflinePlayer

    return OfflinePlayer()


_OFFLINE: dict[str, Callable[[], BaseChatModel]] = {"offline:player": _player}


def _offline(name: str) -> BaseChatModel:
    if name not in _OFFLINE:
        raise UnknownModel(f"There is no {name!r}; the offline models are {', '.join(_OFFLINE)}.")
    return _OFFLINE[name]()


def _provided(name: str) -> BaseChatModel:
    from langchain.chat_models import init_chat_model
    from pydantic import ValidationError

    try:
        return init_chat_model(name)
    except ImportError as error:  # LangChain's words say which package to install
        cause = _first_line(error)
    except ValidationError as error:
        cause = _refusal(error)
    except ValueError as error:
        unknown = _first_line(error).partition(". ")[0]
        cause = f"{unknown}; type provider:model, as in openai:gpt-5.5, or offline:player"
    except Exception as error:  # each provider's client has error classes of its own
        cause = _refusal(error)
    raise UnknownModel(f"The model {name!r} cannot be opened: {cause}.")


def _refusal(error: Exception) -> str:
    return f"its provider's client does not start with these settings ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")
