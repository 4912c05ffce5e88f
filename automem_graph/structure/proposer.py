"""The seam to the meta-LLM: whatever rewrites scaffolds gets a workspace and edits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent


class NoProposal(Exception):
    """The proposer made none; the message says why. The attempt becomes a rejected row.

    `spent` is what that has cost all the same.
    """

    def __init__(self, why: str, spent: Spent | None = None) -> None:
        super().__init__(why)
        self.spent = spent or Spent()


class NoIdea(NoProposal):
    """It has nothing left to try: the search ends here."""


class Proposer(Protocol):
    """Rewrites the scaffold in a workspace.

    It edits `workspace.scaffold`, and writes `workspace.analysis` (its diagnosis, with references
    to episodes and steps) and `workspace.changes` (what it changed and what for; the first line is
    a sentence that people will read in tables). Where `workspace.problem` exists, its last edits
    did not pass the checks: the file says why, and the scaffold is as it left it.
    """

    @property
    def name(self) -> str:
        """As the user named it: part of what a run was asked."""
        ...

    def propose(self, workspace: Workspace, tell: Callable[[str], None]) -> Spent:
        """Make the edits, and say what they have cost. `tell` is for progress, a line at a time.

        Raises NoProposal, and ModelError where its server is to blame.
        """
        ...
