"""An agent of one's own as a graph, observe -> turn -> act, with the inner loop's state."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END
from langgraph.store.base import BaseStore

from automem_graph.agent.context import MEMORY_AGENTS
from automem_graph.agent.desk import Desks
from automem_graph.agent.loop import Loop, PlayGraph
from automem_graph.agent.node import at_desk
from automem_graph.agent.route import Route, Routes
from automem_graph.assistant.own.act import act
from automem_graph.assistant.own.observe import observe
from automem_graph.assistant.own.turn import turn

ROUTES: Routes = {
    "observe": Route("turn", END),
    "turn": "act",
    "act": Route("observe", END),
}


def own_loop(desks: Desks) -> Loop:
    """The loop of agents of one's own over a way to open desks."""
    nodes = (observe, turn, act)
    named = {node.__name__: at_desk(desks, node, MEMORY_AGENTS, own=True) for node in nodes}
    return Loop("own_agent", named, ROUTES)


def create_own_loop(
    desks: Desks,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> PlayGraph:
    """Compile the loop of agents of one's own; it is run and gone on with as the inner loop is."""
    return own_loop(desks).compile(checkpointer, store)
