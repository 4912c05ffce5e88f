"""A run inside of a host's model call: seen by those who trace it, by nobody who streams it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context

from langchain.agents.middleware.internal_call_transformer import internal_call_metadata
from langchain_core.callbacks import BaseCallbackHandler, BaseCallbackManager, Callbacks
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import set_config_context
from langgraph.config import get_config
from langgraph.constants import TAG_NOSTREAM

from automem_graph.assistant.recalled import LC_SOURCE


@contextmanager
def inside(thread: str, limit: int) -> Iterator[Context]:
    """A context whose runs are the host's for its tracers, and otherwise graphs of their own.

    LangGraph hands a node's checkpointer, streams and store on to whatever graph runs in the node:
    none of that is here. `limit` is their recursion limit.
    """
    try:
        host = get_config()
    except RuntimeError:  # called by hand, outside of a graph
        host = RunnableConfig()
    told = {**host.get("metadata", {}), "lc_source": LC_SOURCE, **internal_call_metadata()}
    config = RunnableConfig(
        callbacks=_tracing(host.get("callbacks")),
        tags=[*host.get("tags", ()), TAG_NOSTREAM],
        metadata=told,
        recursion_limit=limit,
        configurable={"thread_id": thread} if thread else {},
    )
    with set_config_context(config) as context:
        yield context


def _tracing(callbacks: Callbacks) -> Callbacks:
    """The callbacks without those that stream what they hear to the host's caller."""
    if isinstance(callbacks, BaseCallbackManager):
        kept = callbacks.copy()
        for handler in [one for one in kept.handlers if _streams(one)]:
            kept.remove_handler(handler)
        return kept
    return [one for one in callbacks or () if not _streams(one)]


def _streams(handler: BaseCallbackHandler) -> bool:
    """Whether a handler is LangChain's or LangGraph's own for `stream` and `astream_events`."""
    return hasattr(handler, "tap_output_iter")
