"""Loop 1 as a graph: one file per node."""
