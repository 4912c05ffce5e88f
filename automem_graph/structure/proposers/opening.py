"""From what a user types to a proposer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automem_graph.models.resolve import OFFLINE, resolve_model
from automem_graph.models.sampling import Sampling

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from automem_graph.structure.proposer import Proposer

REVIEWER = "offline:reviewer"
BLIND = "offline:blind"
"""`:` and a whole number may come after it: the seed of its draws."""
AGENT = "agent"
COMMAND = "command:"
"""What comes after it is a command line."""

META = Sampling(temperature=1.0, max_tokens=16_384)
"""Sampling of the meta-LLM. The paper names none: the players' temperature, and room for a reply
that thinks and then writes a whole file."""


class UnknownProposer(ValueError):
    """A name that no proposer answers to here; the message is one sentence on what to type."""


def open_proposer(name: str, *, meta: str | BaseChatModel = "") -> Proposer:
    """The proposer that `name` names; nothing is called or started yet.

    `offline:reviewer` searches a menu of parts; `offline:blind[:SEED]` draws from them, as a
    control. `agent` is a deep agent whose chat model is `meta`, anything that `resolve_model`
    takes. `command:LINE` runs a coding agent's command line. Raises UnknownProposer, or
    UnknownModel for `meta`.
    """
    name = name.strip()
    if name == REVIEWER:
        return _reviewer()
    if name == BLIND or re.fullmatch(rf"{BLIND}:\d{{1,9}}", name, re.ASCII):
        return _blind(int(name.removeprefix(BLIND).lstrip(":") or 0))
    if name == AGENT:
        return _agent(meta)
    if name.startswith(COMMAND):
        from automem_graph.structure.proposers.command import CommandProposer

        return CommandProposer(name.removeprefix(COMMAND))
    raise UnknownProposer(
        f"There is no proposer {name!r}; type {REVIEWER}, {AGENT} with a model for --meta, "
        f"{COMMAND} and a command line, or {BLIND}, a control."
    )


def _reviewer() -> Proposer:
    from automem_graph.structure.reviewer.reviewer import OfflineReviewer

    return OfflineReviewer()


def _blind(seed: int) -> Proposer:
    from automem_graph.structure.proposers.blind import BlindDrawer

    return BlindDrawer(seed)


def _agent(meta: str | BaseChatModel) -> Proposer:
    model = tool_model(meta, f"The proposer {AGENT}")
    try:
        from automem_graph.structure.proposers.agent import AgentProposer
    except ImportError:
        raise UnknownProposer(
            f"The proposer {AGENT} needs a package that is not installed: "
            "pip install 'automem-graph[agent]'."
        ) from None
    return AgentProposer(model)


def tool_model(meta: str | BaseChatModel, whose: str) -> BaseChatModel:
    """The chat model of an agent, such as `The proposer agent`.

    UnknownProposer where it calls no tools, UnknownModel where it is none.
    """
    if isinstance(meta, str) and (not meta.strip() or meta.strip().startswith(OFFLINE)):
        raise _without_tools(whose, meta.strip())
    model = resolve_model(meta, META)
    if not _calls_tools(model):
        raise _without_tools(whose, meta if isinstance(meta, str) else type(model).__name__)
    return model


def _calls_tools(model: BaseChatModel) -> bool:
    from langchain_core.language_models import BaseChatModel

    return type(model).bind_tools is not BaseChatModel.bind_tools


def _without_tools(whose: str, meta: str) -> UnknownProposer:
    said = f"{meta} calls none" if meta else "it was given none"
    return UnknownProposer(
        f"{whose} needs a chat model that calls tools, and {said}: name one with "
        "--meta provider:model."
    )
