"""Loop 1 for LangGraph Studio and the LangGraph server: one run of it per thread."""

from automem_graph.structure.loop.graph import ScaffoldLoop, create_scaffold_loop


def make_graph() -> ScaffoldLoop:
    """The same graph every time; the server brings the checkpointer."""
    return create_scaffold_loop()
