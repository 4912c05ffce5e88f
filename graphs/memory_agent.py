"""The memory agent for LangGraph Studio and the LangGraph server: one conversation per thread."""

from automem_graph.assistant.context import create_served_agent
from automem_graph.assistant.graph import MemoryAgent


def make_graph() -> MemoryAgent:
    """The same graph every time; the server brings the checkpointer."""
    return create_served_agent()
