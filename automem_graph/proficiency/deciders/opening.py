"""From what a user types to a decider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automem_graph.structure.proposers.opening import (
    AGENT,
    COMMAND,
    UnknownProposer,
    tool_model,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from automem_graph.proficiency.decider import Decider

ENGINEER = "offline:engineer"


class UnknownDecider(UnknownProposer):
    """A name that no decider answers to here; the message is one sentence on what to type."""


def open_decider(name: str, meta: str | BaseChatModel = "") -> Decider:
    """The decider that `name` names; nothing is called or started yet.

    `offline:engineer` climbs a ladder of recipes. `agent` is a deep agent whose chat model is
    `meta`, anything that `resolve_model` takes. `command:LINE` runs a coding agent's command line.
    Raises UnknownDecider, or UnknownModel for `meta`.
    """
    name = name.strip()
    if name == ENGINEER:
        from automem_graph.proficiency.deciders.engineer import OfflineEngineer

        return OfflineEngineer()
    if name == AGENT:
        return _agent(meta)
    if name.startswith(COMMAND):
        return _command(name.removeprefix(COMMAND))
    raise UnknownDecider(
        f"There is no decider {name!r}; type {ENGINEER}, {AGENT} with a model for --meta, or "
        f"{COMMAND} and a command line."
    )


def _agent(meta: str | BaseChatModel) -> Decider:
    try:
        model = tool_model(meta, f"The decider {AGENT}")
    except UnknownProposer as error:
        raise UnknownDecider(str(error)) from None
    try:
        from automem_graph.proficiency.deciders.agent import AgentDecider
    except ImportError:
        raise UnknownDecider(
            f"The decider {AGENT} needs a package that is not installed: "
            "pip install 'automem-graph[agent]'."
        ) from None
    return AgentDecider(model)


def _command(line: str) -> Decider:
    from automem_graph.proficiency.deciders.command import CommandDecider

    try:
        return CommandDecider(line)
    except UnknownProposer as error:
        raise UnknownDecider(str(error)) from None
