"""The inner loop (paper, the agent): one file per node, and the graph that joins them."""
