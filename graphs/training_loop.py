"""Loop 2 for LangGraph Studio and the LangGraph server: one run of it per thread."""

from automem_graph.proficiency.loop.graph import TrainingLoop, create_training_loop


def make_graph() -> TrainingLoop:
    """The same graph every time; the server brings the checkpointer."""
    return create_training_loop()
