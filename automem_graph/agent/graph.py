"""The inner loop as a graph: observe -> log <-> remember -> plan <-> recall -> commit -> act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from automem_graph.agent.act import act
from automem_graph.agent.commit import commit
from automem_graph.agent.context import MEMORY_AGENTS, PlayContext
from automem_graph.agent.desk import Desks
from automem_graph.agent.log import log
from automem_graph.agent.node import at_desk
from automem_graph.agent.observe import observe
from automem_graph.agent.plan import plan
from automem_graph.agent.recall import recall
from automem_graph.agent.remember import remember
from automem_graph.agent.route import Route, add_routes
from automem_graph.agent.state import PlayInput, PlayState

InnerLoop = CompiledStateGraph[PlayState, PlayContext, PlayInput, PlayState]

ROUTES = {
    "observe": Route("plan", "log", END),  # no LOG before the first action
    "remember": Route("plan", "log"),
    "plan": Route("recall", "act"),  # a bare commit by the only model is acted on at once
    "recall": Route("plan", "commit", "act"),
    "commit": Route("act", "commit"),  # once more after a reply without a commit
    "act": Route("observe", "plan", "commit", END),  # a rejected action gets a second try
}

MOST_SUPERSTEPS = 90
"""Nodes that a step may visit: LOG and PLAN of ten rounds, PLAN again after two rejections."""


def create_inner_loop(
    desks: Desks,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> InnerLoop:
    """Compile the inner loop over a way to open desks.

    A run takes up to `PlayContext.steps_per_run` steps and pauses at multiples of it; running the
    graph again goes on. Give runs a `recursion_limit` of `supersteps(context)`.
    """
    nodes = (observe, log, remember, plan, recall, commit, act)
    graph = join({node.__name__: at_desk(desks, node, MEMORY_AGENTS) for node in nodes})
    return graph.compile(checkpointer=checkpointer, store=store, name="inner_loop")


def join(
    nodes: Mapping[str, Callable[..., PlayState]],
) -> StateGraph[PlayState, PlayContext, PlayInput, PlayState]:
    """The inner loop's graph, with any functions as its seven nodes."""
    graph = StateGraph(PlayState, PlayContext, input_schema=PlayInput)
    for name, node in nodes.items():
        graph.add_node(name, node)
    graph.add_edge(START, "observe")
    graph.add_edge("log", "remember")
    add_routes(graph, ROUTES)
    return graph


def supersteps(context: PlayContext) -> int:
    """A recursion limit that no run of this context can reach."""
    return MOST_SUPERSTEPS * context.steps_per_run + 10
