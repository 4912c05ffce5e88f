"""A deep agent at work in a workspace: what it may read, write and ask, until its duties are done.

Needs deepagents, so it is imported where an agent is asked for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepagents import FilesystemPermission, SubAgent, create_deep_agent
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
from automem_graph.structure.proposers.desk import READ_ONLY, desk
from automem_graph.structure.proposers.duties import Duties
from automem_graph.structure.proposers.hearing import Hearing, Tally, as_model_error
from automem_graph.structure.proposers.log import LINE, opened_log

CALLS = 150
"""Calls of the model for one task, those of its helpers included."""

LOGGED = 4000
"""Characters of a message that the log keeps."""

_READER = "general-purpose"
"""Takes the place of deepagents' helper of this name, which could write."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What an agent is to do, and with what."""

    system: str
    task: str
    reader: str
    """The system prompt of helpers, which read for the agent and cannot write."""
    tools: Sequence[BaseTool]
    reader_tools: Sequence[BaseTool]
    rules: Sequence[FilesystemPermission]
    """What it may write: the first one that fits holds."""
    missing: Callable[[], str]
    """What is not done yet, in a sentence for the agent; empty where all is."""


def work(
    model: BaseChatModel,
    workspace: Workspace,
    given: Assignment,
    tell: Callable[[str], None],
    calls: int = CALLS,
) -> Spent:
    """Talk until nothing is missing, or reminders or calls are used up; the files say what came.

    ModelError where the model or its server fails.
    """
    began = time.monotonic()
    tally = Tally()
    with opened_log(workspace) as log:
        try:
            for message in _talk(model, workspace, given, Hearing(tally, calls), tally):
                for line in _lines(message):
                    tell(one_line(line, LINE))
                os.write(log, _logged(message))
        except Exception as error:  # a boundary: each provider's client has its own errors
            told = as_model_error(error, model)
            if told is None or told is error:
                raise
            raise told from error
    return tally.spent(time.monotonic() - began)


def _talk(
    model: BaseChatModel, workspace: Workspace, given: Assignment, hearing: Hearing, tally: Tally
) -> Iterator[BaseMessage]:
    """The conversation as it comes, without what its helpers say among themselves."""
    agent = create_deep_agent(
        model=model,
        tools=list(given.tools),
        system_prompt=given.system,
        middleware=_middleware(hearing, given.missing),
        subagents=[_reader(hearing, given)],
        permissions=list(given.rules),
        backend=desk(workspace),
    )
    settings: RunnableConfig = {"callbacks": [tally], "tags": ["automem", "role:meta"]}
    task: Any = {"messages": [HumanMessage(given.task)]}
    for update in apart(lambda: agent.stream(task, settings, stream_mode="updates")):
        yield from _messages(update)


def _middleware(hearing: Hearing, missing: Callable[[], str]) -> list[AgentMiddleware[Any, Any]]:
    return [hearing, Duties(missing, lambda: hearing.left), ToolErrorMiddleware(_as_result)]


def _reader(hearing: Hearing, given: Assignment) -> SubAgent:
    """A helper that reads for the agent, so that long traces do not fill its conversation."""
    return {
        "name": _READER,
        "description": "Reads files of the workspace and answers one question about them, with "
        "references. It knows nothing but what you ask, and edits nothing.",
        "system_prompt": given.reader,
        "tools": list(given.reader_tools),
        "middleware": _middleware(hearing, lambda: ""),
        "permissions": READ_ONLY,
    }


def _as_result(error: Exception, request: Any) -> str | None:
    """A tool's failure is the model's to read; that of a helper's server is not."""
    if isinstance(error, ModelError):
        return None
    return f"Error: {request.tool_call['name']} failed ({type(error).__name__})."


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
