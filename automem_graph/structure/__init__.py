"""Loop 1: a meta-LLM rewrites the scaffold, and only what truly wins stays (paper, loop 1)."""
