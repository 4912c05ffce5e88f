"""The decider `command`: any coding agent's command line, run on the desk.

It runs with the user's rights, environment and network: it is the user's own program. What it
leaves behind is read as all else that a decider writes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from automem_graph.proficiency.decider import Decision, NoDecision
from automem_graph.proficiency.deciders.prompting import prompt
from automem_graph.proficiency.deciders.written import mark, take_decision, take_recipe
from automem_graph.proficiency.recipe_file import BadRecipe
from automem_graph.structure.desk.plain import write_plain
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.proposers.command import TIMEOUT_S, Command, said

TRIES = 3
"""Runs of the command for one decision: what is refused goes back with the reason."""


class CommandDecider:
    """Runs one command line for each try at a decision; see `Command`."""

    def __init__(self, line: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._command = Command(line, timeout_s=timeout_s)

    @property
    def name(self) -> str:
        return self._command.name

    def decide(self, workspace: Path, tell: Callable[[str], None]) -> Decision:
        """Run the command until there is a recipe that holds. What a model cost is not known here.

        NoDecision where it fails, takes too long, or leaves none after some tries; RunError where
        it cannot be started.
        """
        began = time.monotonic()
        problem = workspace / "problem.md"
        before = mark(workspace) if problem.is_file() else ""
        for tries in range(1, TRIES + 1):
            try:
                last = self._command.run(Workspace(workspace), prompt("command.md"), tell)
                recipe = take_recipe(workspace, before)
                return take_decision(workspace, recipe, _since(began))
            except NoProposal as none:
                raise NoDecision(str(none), _since(began)) from none
            except BadRecipe as flaw:
                why = said(f"the command left no recipe in {tries} tries: {flaw}", last)
                before = mark(workspace)
                tell(f"refused: {flaw}")
                write_plain(problem, f"# Why the recipe was refused\n\n{flaw}\n")
        raise NoDecision(why, _since(began))


def _since(began: float) -> Spent:
    return Spent(seconds=time.monotonic() - began)
