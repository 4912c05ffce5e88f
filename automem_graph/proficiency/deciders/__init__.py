"""Deciders: a deep agent, any coding agent's command line, and a ladder of recipes."""

from automem_graph.proficiency.deciders.opening import UnknownDecider, open_decider

__all__ = ["UnknownDecider", "open_decider"]
