"""The inner loop for LangGraph Studio and the LangGraph server: one episode per thread."""

from automem_graph.agent.graph import create_inner_loop
from automem_graph.agent.loop import PlayGraph
from automem_graph.episodes.desks import EpisodeDesks

DESKS = EpisodeDesks()
"""Opens nothing until a run does, so that drawing the graph costs nothing."""


def make_graph() -> PlayGraph:
    """The same graph every time; the server brings the checkpointer."""
    return create_inner_loop(DESKS)
