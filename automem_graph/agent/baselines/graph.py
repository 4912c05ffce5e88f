"""The baselines as a graph: observe -> decide -> act, with the inner loop's state and traces."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from automem_graph.agent.baselines.act import act
from automem_graph.agent.baselines.decide import decide
from automem_graph.agent.baselines.observe import observe
from automem_graph.agent.context import BASELINES, BaselineContext, PlayContext
from automem_graph.agent.desk import Desks
from automem_graph.agent.node import at_desk
from automem_graph.agent.route import Route, add_routes
from automem_graph.agent.state import PlayInput, PlayState

BaselineLoop = CompiledStateGraph[PlayState, PlayContext, PlayInput, PlayState]

ROUTES = {
    "observe": Route("decide", END),
    "decide": Route("act", "decide"),  # once more after a reply without a commit
    "act": Route("observe", END),
}


def create_baseline_loop(
    desks: Desks,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> BaselineLoop:
    """Compile the baselines' loop; it is run, paused and gone on with as the inner loop is."""
    graph: StateGraph[PlayState, PlayContext, PlayInput, PlayState]
    graph = StateGraph(PlayState, BaselineContext, input_schema=PlayInput)
    for node in (observe, decide, act):
        graph.add_node(node.__name__, at_desk(desks, node, BASELINES))
    graph.add_edge(START, "observe")
    add_routes(graph, ROUTES)
    return graph.compile(checkpointer=checkpointer, store=store, name="baseline")
