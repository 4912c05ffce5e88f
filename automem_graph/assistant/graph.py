"""The memory agent as a graph: the two routines of the inner loop, beside a conversation.

observe -> log <-> remember -> plan <-> recall -> reply
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from automem_graph.agent.route import Route, Routes, add_routes
from automem_graph.assistant import nodes
from automem_graph.assistant.desk import SetDesk
from automem_graph.assistant.state import MemoryInput, MemoryOutput, MemoryState

MemoryAgent = CompiledStateGraph[MemoryState, Any, MemoryInput, MemoryOutput]

ROUTES: Routes = {
    "observe": Route("log", "plan"),
    "log": "remember",
    "remember": Route("plan", "log"),
    "plan": "recall",
    "recall": Route("reply", "plan"),
    "reply": END,
}

MOST_SUPERSTEPS = 60
"""Nodes that a run may visit: LOG and PLAN of ten rounds each, and the ends."""


def join(
    set_desk: SetDesk,
    *,
    context: type[Any] | None = None,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    store: BaseStore | None = None,
) -> MemoryAgent:
    """Compile the memory agent over a way to set its desks."""
    graph = StateGraph(MemoryState, context, input_schema=MemoryInput, output_schema=MemoryOutput)
    for node in (nodes.observe, nodes.log, nodes.remember, nodes.plan, nodes.recall, nodes.reply):
        graph.add_node(node.__name__, nodes.at_keeper(set_desk, node))
    graph.add_edge(START, "observe")
    add_routes(graph, ROUTES)
    return graph.compile(checkpointer=checkpointer, store=store, name="memory_agent")
