"""The `agent` proposer: a LangChain deep agent that reads and edits the workspace.

Needs deepagents, so it is imported where an agent is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.proposers.copying import copying
from automem_graph.structure.proposers.desk import RULES
from automem_graph.structure.proposers.fingerprint import fingerprint
from automem_graph.structure.proposers.opening import AGENT
from automem_graph.structure.proposers.queries import queries
from automem_graph.structure.proposers.work import CALLS, Assignment, work

_PROMPTS = Path(__file__).parent / "prompts"


class AgentProposer:
    """Reviews a workspace with a chat model that calls tools.

    Its tools list, read, search and edit files of the workspace, of which it may write the
    scaffold, the analysis and the changes; others query the history. It runs no program.
    """

    def __init__(self, model: BaseChatModel, *, calls: int = CALLS) -> None:
        self._model = model
        self._calls = calls

    @property
    def name(self) -> str:
        return AGENT

    def propose(self, workspace: Workspace, tell: Callable[[str], None]) -> Spent:
        """Talk until the edits are made, or the calls are used up: then they are taken as they are.

        NoProposal where the scaffold is as it was; ModelError where the model or its server fails,
        which is no attempt of the search.
        """
        before = fingerprint(workspace.scaffold)
        given = Assignment(
            system=_prompt("system.md"),
            task=_prompt("task.md"),
            reader=_prompt("reader.md"),
            tools=[*queries(workspace), copying(workspace)],
            reader_tools=queries(workspace),
            rules=RULES,
            missing=lambda: _missing(workspace, before),
        )
        spent = work(self._model, workspace, given, tell, self._calls)
        if fingerprint(workspace.scaffold) == before:
            said = f"the agent changed nothing in the scaffold in {spent.calls} calls"
            raise NoProposal(said, spent)
        return spent


def _prompt(name: str) -> str:
    return (_PROMPTS / name).read_text(encoding="utf-8").strip()


def _missing(workspace: Workspace, before: str) -> str:
    """What a proposal still lacks, in a sentence; empty where it is complete."""
    lacks = [path.name for path in (workspace.analysis, workspace.changes) if not path.is_file()]
    if fingerprint(workspace.scaffold) == before:
        return "You have changed nothing in /scaffold yet."
    return f"You have not written /{' and /'.join(lacks)} yet." if lacks else ""
