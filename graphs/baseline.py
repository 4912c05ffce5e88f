"""Agents without memory files for LangGraph Studio and its server: one episode per thread."""

from automem_graph.agent.baselines.graph import create_baseline_loop
from automem_graph.agent.loop import PlayGraph
from automem_graph.episodes.desks import EpisodeDesks

DESKS = EpisodeDesks()
"""Opens nothing until a run does, so that drawing the graph costs nothing."""


def make_graph() -> PlayGraph:
    """The same graph every time; the server brings the checkpointer."""
    return create_baseline_loop(DESKS)
