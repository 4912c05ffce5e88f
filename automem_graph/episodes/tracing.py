"""LangSmith: an episode is a thread, each run of its graph a trace; nothing where that is off.

It is on where LangSmith's own variable LANGSMITH_TRACING is "true". What is sent is chosen here and
not filtered: of a model's settings and of a provider's errors nothing is, for both may hold keys.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from uuid import UUID

from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tracers.langchain import LangChainTracer, get_client
from langchain_core.tracers.schemas import Run
from langsmith.utils import tracing_is_enabled

from automem_graph.agent.context import PlayContext
from automem_graph.agent.desk import Desk
from automem_graph.agent.tracing import TAG
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.identity import Asked

FLUSH_S = 5.0
"""Seconds to wait for what is not sent yet. LangSmith's client drops what its queue cannot hold, so
an episode waits after each run of its graph: an offline player is faster than any network."""

HIDDEN = ("LANGSMITH_HIDE_INPUTS", "LANGSMITH_HIDE_OUTPUTS")
"""LangSmith's own variables, which child processes inherit."""

_OURS = ("thread_id", "task", "seed", "step", "agent", "run", "scaffold", "adapter")
_THEIRS = ("ls_", "langgraph_")
"""What the metadata of a model call may begin with besides: names, limits, the node."""


class Failure(Exception):
    """What is told of an error. A tracer writes an error's repr and then its text: once will do."""

    def __repr__(self) -> str:
        return ""


class EpisodeTracer(LangChainTracer):
    """Sends the runs of one trace: what was said and done, and no settings, keys or stacks."""

    def copy_with_metadata_defaults(
        self, *, metadata: Mapping[str, str] | None = None, tags: list[str] | None = None
    ) -> LangChainTracer:
        """The tracer of a model's call, which LangChain hands all of the model's settings."""
        return super().copy_with_metadata_defaults(metadata=_labels(metadata), tags=tags)

    def on_chain_start(
        self, serialized: dict[str, Any], inputs: dict[str, Any], **told: Any
    ) -> Run:
        """A graph or a node begins; the metadata of a node has the step that it is in."""
        step = {"step": inputs["step"]} if isinstance(inputs, dict) and "step" in inputs else {}
        if step:
            told["metadata"] = {**(told.get("metadata") or {}), **step}
        return super().on_chain_start({}, step or inputs, **told)

    def on_chain_end(self, outputs: dict[str, Any], **told: Any) -> Run:
        """It ends: the conversation is left out, since the model calls have it."""
        return super().on_chain_end(_changes(outputs), **told)

    def on_chain_error(self, error: BaseException, **told: Any) -> Run:
        """It fails. The stack is left out: it quotes the errors that led to this one."""
        told.pop("inputs", None)
        words = "" if texts_hidden() else f": {error}"
        return super().on_chain_error(Failure(f"{type(error).__name__}{words}"), **told)

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> Run:
        """A model is called: its settings are left out, which are told in three places."""
        return super().on_chat_model_start(
            {}, messages, run_id=run_id, tags=tags, parent_run_id=parent_run_id,
            metadata=_labels(metadata), name=name,
        )  # fmt: skip

    def on_llm_error(self, error: BaseException, **told: Any) -> Run:
        """A call fails: only the kind of error is told; its words are in the node's, without keys.

        Providers quote the request in their errors, and some the key.
        """
        return super().on_llm_error(Failure(type(error).__name__), run_id=told["run_id"])


def watched(desks: EpisodeDesks, context: PlayContext, desk: Desk) -> RunnableConfig:
    """What the next run of the episode's graph is watched with: nothing where tracing is off."""
    if not tracing_is_enabled():
        return {}
    asked = desks.asked(context)
    metadata = {
        "thread_id": desk.episode,
        "task": asked.task,
        "seed": context.seed,
        "step": desk.recorder.position.step,
        "agent": asked.agent,
        "run": desks.folder(context).run.path.name,
        "scaffold": asked.scaffold,
        "adapter": adapter(asked),
    }
    return {
        "tags": [TAG],
        "metadata": {name: value for name, value in metadata.items() if value != ""},
        "callbacks": [EpisodeTracer()],
    }


def adapter(asked: Asked) -> str:
    """The specialist's adapter: ADAPTER's own name in `local:PATH@ADAPTER`, NAME in `vllm:NAME@URL`
    where that is another model than the one that acts; else empty."""
    kind, _, name = asked.specialist.partition(":")
    if kind == "local" and "@" in name:
        return PurePath(name.rpartition("@")[2]).name
    return name.partition("@")[0] if kind == "vllm" and asked.specialist != asked.gameplay else ""


def hide_texts() -> None:
    """Let this process and its children send names, times, tokens and scores, but no texts."""
    os.environ.update(dict.fromkeys(HIDDEN, "true"))


def texts_hidden() -> bool:
    """Whether no text is to be sent, those of errors included."""
    return os.environ.get(HIDDEN[1]) == "true"


def flush() -> None:
    """Wait until all is sent, or `FLUSH_S` have passed; nothing is to be done where it is off."""
    if tracing_is_enabled():
        get_client().flush(FLUSH_S)


def _labels(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """The metadata that may be sent."""
    return {
        name: value
        for name, value in (metadata or {}).items()
        if name in _OURS or name.startswith(_THEIRS)
    }


def _changes(outputs: Any) -> Any:
    """A state without its conversation, and without what has become part of it.

    What a graph in the node gives back, as that of an agent of somebody's own, may be no state.
    """
    if not isinstance(outputs, dict):
        return outputs
    kept = {name: value for name, value in outputs.items() if name != "messages"}
    if "turn" in kept:
        said = ("pending", "calls")
        kept["turn"] = {name: value for name, value in kept["turn"].items() if name not in said}
    return kept
