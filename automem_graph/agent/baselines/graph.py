"""The baselines as a graph: observe -> decide -> act, with the inner loop's state and traces."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END
from langgraph.store.base import BaseStore

from automem_graph.agent.baselines.act import act
from automem_graph.agent.baselines.decide import decide
from automem_graph.agent.baselines.observe import observe
from automem_graph.agent.context import BASELINES, BaselineContext
from automem_graph.agent.desk import Desks
from automem_graph.agent.loop import Loop, PlayGraph
from automem_graph.agent.node import at_desk
from automem_graph.agent.route import Route, Routes

ROUTES: Routes = {
    "observe": Route("decide", END),
    "decide": Route("act", "decide"),  # once more after a reply without a commit
    "act": Route("observe", END),
}


def baseline_loop(desks: Desks) -> Loop:
    """The baselines' loop over a way to open desks."""
    nodes = {node.__name__: at_desk(desks, node, BASELINES) for node in (observe, decide, act)}
    return Loop("baseline", nodes, ROUTES, context=BaselineContext)


def create_baseline_loop(
    desks: Desks,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> PlayGraph:
    """Compile the baselines' loop; it is run, paused and gone on with as the inner loop is."""
    return baseline_loop(desks).compile(checkpointer, store)
