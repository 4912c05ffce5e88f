"""The seam to the meta-LLM as a training engine, which reads what happened and decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from automem_graph.proficiency.recipe import Recipe
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import Spent


class Decision(Frozen):
    """A recipe with the reason for it."""

    recipe: Recipe
    rationale: str
    """Why, in Markdown; its first line is a sentence that people read in tables."""
    expected: str = ""
    """The shift of behaviour that is expected of it."""
    spent: Spent = Spent()


class NoDecision(Exception):
    """None came; the message says why. The trial becomes a failed row."""

    def __init__(self, why: str, spent: Spent | None = None) -> None:
        super().__init__(why)
        self.spent = spent or Spent()


class NoRecipe(NoDecision):
    """It has nothing left to try: the search ends here."""


class Decider(Protocol):
    """Decides on the next recipe, from a desk that holds all that may be known."""

    @property
    def name(self) -> str:
        """As the user named it: part of what a run was asked."""
        ...

    def decide(self, workspace: Path, tell: Callable[[str], None]) -> Decision:
        """The next recipe. Raises NoDecision, and ModelError where its server is to blame.

        The desk: README.md, CONTRACT.md, scaffold/, ledger.md and ledger.jsonl with all earlier
        trials, turns.jsonl with every collected turn as selectors see it, turns.md with some of
        them to read, problem.md after a recipe that was refused.
        """
        ...
