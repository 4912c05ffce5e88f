"""From what a user types to a chat model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from automem_graph.models.sampling import PAPER, Sampling

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CONNECT_S = 15.0
"""Seconds to reach a server: over the ocean it takes one."""

ANSWER_S = 600.0
"""Seconds without a sign of an answer. A server sends nothing before the whole reply is there, and
4,096 tokens take that long at seven a second."""

_VLLM = re.compile(r"vllm:(?P<name>[^@\s]+)@(?P<url>https?://[^\s/@?#]+(?:/[^\s@?#]*)?)")
_LIMITS = ("max_tokens", "max_output_tokens", "num_predict")
"""What LangChain's providers call the most tokens of a reply."""


OPENAI = "openai:"

OFFLINE = "offline:"
LOCAL = "local:"
"""What the names of the rule-based models begin with: they cost nothing, and wait for nobody."""


AGENT = "agent:"
"""What the names of agents of one's own begin with (see `assistant.own`)."""


class UnknownModel(ValueError):
    """A name that no chat model answers to here; the message is one sentence on what to type."""


def resolve_model(model: str | BaseChatModel, sampling: Sampling = PAPER) -> BaseChatModel:
    """The chat model that `model` names, sampled so (by default as in the paper).

    `offline:NAME` is one of this package's own; `vllm:NAME@URL` is a model or a LoRA module of an
    OpenAI-compatible server; `local:PATH[@ADAPTER]` is in this process; anything else is what
    LangChain's `init_chat_model` takes, such as `openai:gpt-5.5`. A chat model passes through as it
    is. What is opened here does not retry by itself: `models.calling` does. Raises UnknownModel,
    which says what to type.
    """
    if not isinstance(model, str):
        return model
    name = model.strip()
    if name.startswith(OFFLINE):
        return _offline(name)
    if name.startswith("vllm:"):
        return _served(name, sampling)
    if name.startswith(LOCAL):
        return _local(name, sampling)
    if name.startswith(AGENT):
        raise UnknownModel(
            f"{name!r} is an agent and no model: it can only be what acts (--gameplay)."
        )
    if not name:
        raise UnknownModel("The model has no name; type provider:model, or offline:player.")
    return _provided(name, sampling)


def _player() -> BaseChatModel:
    from automem_graph.models.player.player import OfflinePlayer

    return OfflinePlayer()


def _companion() -> BaseChatModel:
    from automem_graph.models.companion import OfflineCompanion

    return OfflineCompanion()


def _drill(mute: bool = False) -> BaseChatModel:
    from automem_graph.models.drill import OfflineDrill

    return OfflineDrill(mute=mute)


def _teacher(**habits: int) -> BaseChatModel:
    from automem_graph.models.teacher import OfflineTeacher

    return OfflineTeacher(**habits)


_OFFLINE: dict[str, Callable[[], BaseChatModel]] = {
    "offline:player": _player,
    "offline:companion": _companion,
    "offline:drill": _drill,
    "offline:drill-mute": partial(_drill, mute=True),
    "offline:teacher": _teacher,
    "offline:teacher-careful": partial(_teacher, searches=100, skips=0, consults=100),
}


def _offline(name: str) -> BaseChatModel:
    if name not in _OFFLINE:
        raise UnknownModel(f"There is no {name!r}; the offline models are {', '.join(_OFFLINE)}.")
    return _OFFLINE[name]()


def served_at(name: str) -> tuple[str, str]:
    """NAME and URL of `vllm:NAME@URL`, the URL with its /v1. UnknownModel where it is no such."""
    found = _VLLM.fullmatch(name.strip())
    if found is None:  # not quoted: its address may hold a password
        raise UnknownModel(
            "A name that begins with vllm: is vllm:NAME@URL, as in "
            "vllm:Qwen/Qwen2.5-32B-Instruct@http://127.0.0.1:8000, with no password or query in "
            "the address; a key belongs into VLLM_API_KEY."
        )
    url = found["url"].rstrip("/")
    return found["name"], url if url.endswith("/v1") else f"{url}/v1"


def _served(name: str, sampling: Sampling) -> BaseChatModel:
    model, url = served_at(name)
    try:
        from automem_graph.models.vllm import open_vllm
    except ImportError:
        raise UnknownModel(
            f"The model {name!r} needs a package that is not installed: "
            "pip install langchain-openai."
        ) from None
    return open_vllm(model, url, sampling, (CONNECT_S, ANSWER_S))


def _local(name: str, sampling: Sampling) -> BaseChatModel:
    from automem_graph.models.local.chat import open_local

    return open_local(name.removeprefix(LOCAL), sampling)


def _provided(name: str, sampling: Sampling) -> BaseChatModel:
    known = type(_opened(name, {}))
    settings = _settings(name, known, sampling)
    if name.startswith(OPENAI):
        from automem_graph.models.plain import PlainChat

        return PlainChat(model=name.removeprefix(OPENAI), **settings)
    return _opened(name, settings)


def _opened(name: str, settings: Mapping[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model
    from pydantic import ValidationError

    try:
        opened: BaseChatModel = init_chat_model(name, **settings)
        return opened
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


def _settings(name: str, known: type[BaseChatModel], sampling: Sampling) -> dict[str, Any]:
    """The sampling and the limits in the words of this provider, which may lack retries of its own.

    Some providers send a setting that they do not know to the server, others ignore it: so its name
    is looked up among the fields of the model's class.
    """
    fields = known.model_fields
    takes = {*fields, *(field.alias for field in fields.values())}
    limit = next((word for word in _LIMITS if word in takes), None)
    if limit is None or "temperature" not in takes:
        raise UnknownModel(
            f"The model {name!r} cannot be opened: its provider's client takes no temperature or "
            "no limit of tokens, so its sampling cannot be set."
        )
    settings = {"temperature": sampling.temperature, limit: sampling.max_tokens}
    if "max_retries" in takes:
        settings["max_retries"] = 0
    if "timeout" in takes:
        settings["timeout"] = ANSWER_S
    return settings


def _refusal(error: Exception) -> str:
    return f"its provider's client does not start with these settings ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")
