"""The tool_calls grammar: the declared actions as tools, and a reply's tool calls as actions.

For models that are good at tool calls. The tools are those of both routines: their schemas are
part of the prefix that all prompts share, so a call of the other routine is told so, not prevented.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automem_graph.memory.calls import Found, check, names_of, required_of
from automem_graph.protocols import ActionSpec, Call, Frozen, Routine

NAME_CHARS = 64
"""Characters of a tool's name that are kept; declared ones have half as many."""


class ToolCall(Frozen):
    """A tool call as a model made it."""

    name: str
    args: Mapping[str, str] | str
    """By name, as text; all of it as one text where it is no JSON object."""


def tool_of(spec: ActionSpec) -> dict[str, Any]:
    """An action as a tool, in the form that all of LangChain's models bind. Arguments are text."""
    return {
        "type": "function",
        "function": {
            "name": spec.name,
            "description": spec.help,
            "parameters": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in names_of(spec)},
                "required": required_of(spec),
            },
        },
    }


def tool_form(spec: ActionSpec) -> str:
    """How a prompt names a tool: `SEARCH(file, keyword)`."""
    return f"{spec.name}({', '.join(spec.args)})"


def parse_tools(
    made: Sequence[ToolCall], actions: Sequence[ActionSpec], routine: Routine
) -> tuple[Call, ...]:
    """The tool calls of a reply as calls, in their order.

    Names are read in any case. What `check` refuses, arguments that are no JSON object, and
    arguments that the action does not have, have a `problem`.
    """
    return check(_found(made, actions), actions, routine, tool_form)


def _found(made: Sequence[ToolCall], actions: Sequence[ActionSpec]) -> Iterator[Found]:
    specs = {spec.name: spec for spec in actions}
    for tool in made:
        name = tool.name[:NAME_CHARS].upper()
        spec = specs.get(name)
        if isinstance(tool.args, str):
            flaw = f"The arguments of {name} are no JSON object"
            yield Found(name, spec, {}, f"{name} {tool.args}".strip(), flaw)
            continue
        args = {key: text.strip() for key, text in tool.args.items() if text.strip()}
        text = f"{name} {json.dumps(dict(tool.args), ensure_ascii=False)}"
        strange = [key for key in args if spec and key not in names_of(spec)]
        flaw = f"{name} has no argument '{strange[0][:NAME_CHARS]}'" if strange else ""
        yield Found(name, spec, args, text, flaw)
