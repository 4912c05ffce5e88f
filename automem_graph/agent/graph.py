"""The inner loop as a graph: observe -> log <-> remember -> plan <-> recall -> commit -> act."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END
from langgraph.store.base import BaseStore

from automem_graph.agent.act import act
from automem_graph.agent.commit import commit
from automem_graph.agent.context import MEMORY_AGENTS
from automem_graph.agent.desk import Desks
from automem_graph.agent.log import log
from automem_graph.agent.loop import Loop, PlayGraph
from automem_graph.agent.node import at_desk
from automem_graph.agent.observe import observe
from automem_graph.agent.plan import plan
from automem_graph.agent.recall import recall
from automem_graph.agent.remember import remember
from automem_graph.agent.route import Route, Routes

ROUTES: Routes = {
    "observe": Route("plan", "log", END),  # no LOG before the first action
    "log": "remember",
    "remember": Route("plan", "log"),
    "plan": Route("recall", "act"),  # a bare commit by the only model is acted on at once
    "recall": Route("plan", "commit", "act"),
    "commit": Route("act", "commit"),  # once more after a reply without a commit
    "act": Route("observe", "plan", "commit", END),  # a rejected action gets a second try
}


def inner_loop(desks: Desks) -> Loop:
    """The inner loop over a way to open desks."""
    nodes = (observe, log, remember, plan, recall, commit, act)
    named = {node.__name__: at_desk(desks, node, MEMORY_AGENTS) for node in nodes}
    return Loop("inner_loop", named, ROUTES)


def create_inner_loop(
    desks: Desks,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> PlayGraph:
    """Compile the inner loop over a way to open desks.

    A run takes up to `PlayContext.steps_per_run` steps and pauses at multiples of it; running the
    graph again goes on. Give runs a `recursion_limit` of `supersteps(context)`.
    """
    return inner_loop(desks).compile(checkpointer, store)
