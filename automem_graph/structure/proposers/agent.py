"""The `agent` proposer: a LangChain deep agent that reads and edits the workspace.

Needs deepagents, so it is imported where an agent is asked for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deepagents import SubAgent, create_deep_agent
from langchain.agents.middleware import AgentMiddleware, ToolErrorMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool

from automem_graph.models.calling import ModelError
from automem_graph.structure.apart import apart
from automem_graph.structure.desk.plain import one_line
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.proposers.copying import copying
from automem_graph.structure.proposers.desk import READ_ONLY, RULES, desk
from automem_graph.structure.proposers.duties import Duties
from automem_graph.structure.proposers.fingerprint import fingerprint
from automem_graph.structure.proposers.hearing import Hearing, Tally, as_model_error
from automem_graph.structure.proposers.log import LINE, opened_log
from automem_graph.structure.proposers.opening import AGENT
from automem_graph.structure.proposers.queries import queries

CALLS = 150
"""Calls of the model for one proposal, those of its helpers included."""

LOGGED = 4000
"""Characters of a message that the log keeps."""

_PROMPTS = Path(__file__).parent / "prompts"
_READER = "general-purpose"
"""Takes the place of deepagents' helper of this name, which could write."""


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
        began = time.monotonic()
        tally = Tally()
        with opened_log(workspace) as log:
            try:
                for message in self._talk(workspace, tally, before):
                    for line in _lines(message):
                        tell(one_line(line, LINE))
                    os.write(log, _logged(message))
            except Exception as error:  # a boundary: each provider's client has its own errors
                told = as_model_error(error, self._model)
                if told is None or told is error:
                    raise
                raise told from error
        spent = tally.spent(time.monotonic() - began)
        if fingerprint(workspace.scaffold) == before:
            said = f"the agent changed nothing in the scaffold in {tally.calls} calls"
            raise NoProposal(said, spent)
        return spent

    def _talk(self, workspace: Workspace, tally: Tally, before: str) -> Iterator[BaseMessage]:
        """The conversation as it comes, without what its helpers say among themselves."""
        hearing = Hearing(tally, self._calls)

        def missing() -> str:
            return _missing(workspace, before)

        agent = create_deep_agent(
            model=self._model,
            tools=[*queries(workspace), copying(workspace)],
            system_prompt=_prompt("system.md"),
            middleware=_middleware(hearing, missing),
            subagents=[_reader(hearing, queries(workspace))],
            permissions=RULES,
            backend=desk(workspace),
        )
        settings: RunnableConfig = {"callbacks": [tally], "tags": ["automem", "role:meta"]}
        task: Any = {"messages": [HumanMessage(_prompt("task.md"))]}
        for update in apart(lambda: agent.stream(task, settings, stream_mode="updates")):
            yield from _messages(update)


def _middleware(hearing: Hearing, missing: Callable[[], str]) -> list[AgentMiddleware[Any, Any]]:
    return [hearing, Duties(missing, lambda: hearing.left), ToolErrorMiddleware(_as_result)]


def _reader(hearing: Hearing, tools: Sequence[BaseTool]) -> SubAgent:
    """A helper that reads for the agent, so that long traces do not fill its conversation."""
    return {
        "name": _READER,
        "description": "Reads files of the workspace and answers one question about them, with "
        "references. It knows nothing but what you ask, and edits nothing.",
        "system_prompt": _prompt("reader.md"),
        "tools": tools,
        "middleware": _middleware(hearing, lambda: ""),
        "permissions": READ_ONLY,
    }


def _prompt(name: str) -> str:
    return (_PROMPTS / name).read_text(encoding="utf-8").strip()


def _as_result(error: Exception, request: Any) -> str | None:
    """A tool's failure is the model's to read; that of a helper's server is not."""
    if isinstance(error, ModelError):
        return None
    return f"Error: {request.tool_call['name']} failed ({type(error).__name__})."


def _missing(workspace: Workspace, before: str) -> str:
    """What a proposal still lacks, in a sentence; empty where it is complete."""
    lacks = [path.name for path in (workspace.analysis, workspace.changes) if not path.is_file()]
    if fingerprint(workspace.scaffold) == before:
        return "You have changed nothing in /scaffold yet."
    return f"You have not written /{' and /'.join(lacks)} yet." if lacks else ""


def _messages(update: Any) -> Iterator[BaseMessage]:
    """The messages that a step of the graph has added."""
    for changed in update.values() if isinstance(update, Mapping) else ():
        added = changed.get("messages", ()) if isinstance(changed, Mapping) else ()
        for message in added if isinstance(added, list) else ():
            if isinstance(message, AIMessage | ToolMessage):
                yield message


def _lines(message: BaseMessage) -> Iterator[str]:
    """What a person who waits is told: each tool call, with the file that it is about."""
    for call in message.tool_calls if isinstance(message, AIMessage) else ():
        about = next((str(value) for value in call["args"].values()), "")
        yield f"{call['name']} {about}"


def _logged(message: BaseMessage) -> bytes:
    said = [f"[{message.type}] {message.text}".rstrip()]
    for call in message.tool_calls if isinstance(message, AIMessage) else ():
        said.append(f"  {call['name']} {call['args']}")
    text = "\n".join(one if len(one) <= LOGGED else f"{one[:LOGGED]} ..." for one in said)
    return f"{text}\n".encode(errors="replace")
