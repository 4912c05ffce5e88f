"""Claude's own memory tool, served from memory files.

    agent = create_agent("anthropic:...", tools, middleware=[ClaudeMemoryMiddleware("memories")])
    answer = memory_command("memories", {"command": "view", "path": "/memories"})

Claude models know the tool `memory` by its type; what they ask for is carried out here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, signature
from typing import Any, Literal

from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ModelRequest,
    ModelResponse,
)
from langchain.tools import ToolRuntime
from langchain_core.tools import StructuredTool
from pydantic import BaseModel, ValidationError

from automem_graph.agent.speech import clean
from automem_graph.assistant.commands import COMMANDS
from automem_graph.assistant.keeper import MemoryFor
from automem_graph.assistant.paths import Astray
from automem_graph.assistant.visiting import NO_RUNTIME, Visitors, out_of_reach, writer
from automem_graph.memory.rows import JournalError
from automem_graph.memory.source import Source

TOOL = {"type": "memory_20250818", "name": "memory"}
"""How the tool is declared to Claude: by its type, without a schema."""


class Asked(BaseModel):
    """What Claude asks for. Each command has some of the arguments."""

    command: Literal["view", "create", "str_replace", "insert", "delete", "rename"]
    path: str | None = None
    view_range: list[int] | None = None
    file_text: str | None = None
    old_str: str | None = None
    new_str: str | None = None
    insert_line: int | None = None
    insert_text: str | None = None
    old_path: str | None = None
    new_path: str | None = None


def memory_command(memory: MemoryFor, command: Mapping[str, Any]) -> str:
    """Carry out one command as Claude gives it, `command` and its arguments, and answer it.

    What cannot be done is answered in the tool's documented sentences, never raised.
    """
    return _answer(Visitors(memory), writer(), command)


class ClaudeMemoryMiddleware(AgentMiddleware[AgentState[Any], Any, Any]):
    """Gives an agent on a Claude model its native memory tool, over this memory."""

    def __init__(self, memory: MemoryFor) -> None:
        super().__init__()
        visitors = Visitors(memory)

        def memory_tool(runtime: ToolRuntime[Any, Any] = NO_RUNTIME, **command: Any) -> str:
            return _answer(visitors, writer(runtime, TOOL["name"]), command)

        self.tools = [
            StructuredTool.from_function(
                memory_tool,
                name=TOOL["name"],
                description="Memory over many conversations, as files under /memories.",
                args_schema=Asked,
                infer_schema=False,
                handle_validation_error=lambda error: _unclear(error.errors()[0]),
            )
        ]

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Declare the tool by its type."""
        return handler(_declared(request))

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """The same."""
        return await handler(_declared(request))


def _declared(request: ModelRequest[Any]) -> ModelRequest[Any]:
    others = [tool for tool in request.tools if getattr(tool, "name", None) != TOOL["name"]]
    return request.override(tools=[*others, dict(TOOL)])


def _answer(visitors: Visitors, source: Source, command: Mapping[str, Any]) -> str:
    try:
        asked = Asked.model_validate(dict(command))
        return clean(_carry_out(visitors, source, asked))
    except ValidationError as error:
        return _unclear(error.errors()[0])
    except Astray as astray:
        said = clean(str(astray))
        return said if said.startswith(("Error", "The path", "No replace")) else f"Error: {said}"
    except (OSError, JournalError) as error:
        return f"Error: {out_of_reach(error)}"


def _carry_out(visitors: Visitors, source: Source, asked: Asked) -> str:
    given = asked.model_dump(exclude_none=True)
    name = given.pop("command")
    if asked.new_str is not None:  # as the text editor's insert has it
        given.setdefault("insert_text", asked.new_str)
    if asked.path is not None:
        given.setdefault("old_path", asked.path)
    wanted = list(signature(COMMANDS[name]).parameters.values())[2:]
    lacking = [
        one.name for one in wanted if one.default is Parameter.empty and one.name not in given
    ]
    if lacking:
        raise Astray(f"Error: {name} needs {' and '.join(lacking)}")
    args = {one.name: given[one.name] for one in wanted if one.name in given}
    return COMMANDS[name](visitors, source, **args)


def _unclear(error: Any) -> str:
    where = ascii(error["loc"][0])[:40] if error["loc"] else "the command"
    return f"Error: {where} is not right: {error['msg']}"
