"""Loop 2 as a graph: one file per node."""
