"""Proposers: a deep agent, any coding agent's command line, and the rule-based reviewer."""

from automem_graph.structure.proposers.opening import UnknownProposer, open_proposer

__all__ = ["UnknownProposer", "open_proposer"]
