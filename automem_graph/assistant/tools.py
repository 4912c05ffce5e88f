"""`memory_tools`: a scaffold's memory actions as LangChain tools, in a graph or without one.

    agent = create_agent(model, [*memory_tools("memories"), search_the_web])

Each runs the action's own code in the scaffold's isolated process. What goes wrong is an answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from automem_graph.agent.speech import clean
from automem_graph.assistant.hosts import Hosts
from automem_graph.assistant.keeper import MemoryFor
from automem_graph.assistant.recalled import Recalled, as_message
from automem_graph.assistant.tool_args import args_of, call_of, missing
from automem_graph.assistant.visiting import NO_RUNTIME, Visitors, as_deed, out_of_reach, writer
from automem_graph.memory.names import check_name
from automem_graph.memory.rows import JournalError
from automem_graph.memory.source import Source
from automem_graph.protocols import ActionSpec
from automem_graph.scaffold.client import CODED
from automem_graph.scaffold.errors import ScaffoldFault
from automem_graph.scaffold.load import Scaffold, load_scaffold

PREFIX = "memory_"
"""Begins every tool's name: a host has tools of its own beside them."""

LIST = f"{PREFIX}files"


def memory_tools(memory: MemoryFor, scaffold: str | os.PathLike[str] = "v0") -> list[BaseTool]:
    """A tool for each memory action of the scaffold, after `memory_files`, which lists the files.

    Sync and async. What is written is credited to the thread, and to the messages that led to it.
    ScaffoldError where the folder is no scaffold, or has an argument that no tool can have.
    """
    loaded = load_scaffold(os.fspath(scaffold))
    shelf = _Shelf(Visitors(memory), loaded)
    acting = [_tool(shelf, spec) for spec in loaded.manifest.actions if spec.kind in CODED]
    return [*([] if LIST in {tool.name for tool in acting} else [_listing(shelf)]), *acting]


class _Shelf:
    """What the tools share: who comes to memory, and the scaffold's host."""

    def __init__(self, visitors: Visitors, scaffold: Scaffold) -> None:
        self.visitors = visitors
        self.hosts = Hosts(scaffold)

    def act(self, spec: ActionSpec, args: Mapping[str, str], source: Source) -> str:
        """One action: its code in the scaffold's process, its edits here."""
        with self.visitors.visit(source) as visit:
            with self.hosts.here.open_session(visit) as session:
                reply = session.run(spec, args)
            if spec.kind != "write":
                return _as_data(args.get("file", ""), clean(reply.text))
            answer = visit.perform(as_deed(source, spec.name, args), reply.edits)
            return clean(reply.text if answer.ok else answer.text)


def _tool(shelf: _Shelf, spec: ActionSpec) -> BaseTool:
    named = spec.model_copy(update={"name": f"{PREFIX}{spec.name.lower()}"})

    def run(*given: str, runtime: ToolRuntime[Any, Any] = NO_RUNTIME, **args: str) -> str:
        call = call_of(named, given, args)
        if call.problem is not None:
            return clean(call.problem)
        source = writer(runtime, named.name)
        return _said(named.name, lambda: shelf.act(spec, call.args, source))

    return StructuredTool.from_function(
        run,
        name=named.name,
        description=f"Memory: {spec.help}. {LIST} says which files there are.",
        args_schema=args_of(shelf.hosts.scaffold, spec),
        infer_schema=False,
        handle_validation_error=lambda error: missing(named, error),
    )


def _listing(shelf: _Shelf) -> BaseTool:
    def list_files() -> str:
        found = shelf.visitors.memory.index()
        listed = [f"{one.name} ({one.lines} line{'' if one.lines == 1 else 's'})" for one in found]
        return "\n".join(listed) or "Memory has no files yet."

    return StructuredTool.from_function(
        lambda: _said(LIST, list_files),
        name=LIST,
        description="Memory: list its files, each with its number of lines.",
    )


def _said(name: str, act: Callable[[], str]) -> str:
    """What an action says, or why it cannot."""
    try:
        return act()
    except ScaffoldFault as fault:
        return clean(f"{name} did not work: the code behind it failed ({fault}). Do without it.")
    except (OSError, JournalError) as error:
        return out_of_reach(error)


def _as_data(file: str, text: str) -> str:
    """What a file says, marked as such: whoever could write there could give orders."""
    name = "(memory)" if check_name(file) else file
    message = as_message([Recalled(file=name, asked="", text=text)])
    return message.text if message else "Memory has nothing there."
