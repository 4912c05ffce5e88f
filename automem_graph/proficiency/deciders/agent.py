"""The decider `agent`: a LangChain deep agent that reads the desk and writes a recipe.

Needs deepagents, so it is imported where an agent is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from deepagents import FilesystemPermission
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool, tool

from automem_graph.proficiency.decider import Decision, NoDecision
from automem_graph.proficiency.deciders.prompting import prompt
from automem_graph.proficiency.deciders.written import (
    RATIONALE,
    WRITTEN,
    mark,
    read_recipe,
    take_decision,
    take_recipe,
    try_selector,
)
from automem_graph.proficiency.recipe_file import BadRecipe
from automem_graph.structure.desk.plain import read_plain
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.proposers.desk import READ_ONLY
from automem_graph.structure.proposers.opening import AGENT
from automem_graph.structure.proposers.work import CALLS, Assignment, work

_RULES = [
    FilesystemPermission(operations=["write"], paths=[f"/{name}" for name in WRITTEN]),
    *READ_ONLY,
]


class AgentDecider:
    """Decides with a chat model that calls tools.

    Its tools list, read and search the desk's files, of which it may write three; another one tries
    what it has written. It runs no program but its selector, in the scaffold host's isolation.
    """

    def __init__(self, model: BaseChatModel, *, calls: int = CALLS) -> None:
        self._model = model
        self._calls = calls

    @property
    def name(self) -> str:
        return AGENT

    def decide(self, workspace: Path, tell: Callable[[str], None]) -> Decision:
        """Talk until there is a recipe that holds, and a reason for it.

        It is sent back a few times with what is wrong, then it is NoDecision. ModelError where the
        model or its server fails.
        """
        before = _mark_of_refused(workspace)
        given = Assignment(
            system=prompt("system.md"),
            task=prompt("task.md"),
            reader=prompt("reader.md"),
            tools=[_trying(workspace)],
            reader_tools=[],
            rules=_RULES,
            missing=lambda: _missing(workspace, before),
        )
        spent = work(self._model, Workspace(workspace), given, tell, self._calls)
        try:
            recipe = take_recipe(workspace, before)
        except BadRecipe as flaw:
            raise NoDecision(f"the agent ended after {spent.calls} calls: {flaw}", spent) from flaw
        return take_decision(workspace, recipe, spent)


def _mark_of_refused(desk: Path) -> str:
    """The mark of the recipe that problem.md is about; empty where there is no problem."""
    return mark(desk) if (desk / "problem.md").is_file() else ""


def _missing(desk: Path, before: str) -> str:
    """What a decision still lacks, for the agent; empty where it is complete."""
    try:
        take_recipe(desk, before)
    except BadRecipe as flaw:
        return f"Not yet: {flaw}."
    if not read_plain(desk / RATIONALE, 64).strip():
        return f"You have not written /{RATIONALE} yet."
    return ""


def _trying(desk: Path) -> BaseTool:
    @tool
    def try_recipe() -> str:
        """Check /recipe.json, with /select.py where it is code, and try it on some episodes."""
        try:
            return f"The recipe holds; {try_selector(desk, read_recipe(desk))}."
        except BadRecipe as flaw:
            return f"Error: {flaw}."

    return try_recipe
