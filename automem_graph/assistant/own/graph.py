"""An agent of one's own as a graph, observe -> turn -> act, with the inner loop's state."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from automem_graph.agent.context import MEMORY_AGENTS, PlayContext
from automem_graph.agent.desk import Desks
from automem_graph.agent.node import at_desk
from automem_graph.agent.route import Route, add_routes
from automem_graph.agent.state import PlayInput, PlayState
from automem_graph.assistant.own.act import act
from automem_graph.assistant.own.observe import observe
from automem_graph.assistant.own.turn import turn

OwnLoop = CompiledStateGraph[PlayState, PlayContext, PlayInput, PlayState]

ROUTES = {
    "observe": Route("turn", END),
    "act": Route("observe", END),
}


def create_own_loop(
    desks: Desks,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> OwnLoop:
    """Compile the loop of agents of one's own; it is run and gone on with as the inner loop is."""
    graph = StateGraph(PlayState, PlayContext, input_schema=PlayInput)
    for node in (observe, turn, act):
        graph.add_node(node.__name__, at_desk(desks, node, MEMORY_AGENTS, own=True))
    graph.add_edge(START, "observe")
    graph.add_edge("turn", "act")
    add_routes(graph, ROUTES)
    return graph.compile(checkpointer=checkpointer, store=store, name="own_agent")
