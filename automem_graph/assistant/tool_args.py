"""The arguments of a memory tool: their schema, and what a model gave as a call of the action."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, create_model
from pydantic.v1 import ValidationError as OldValidationError

from automem_graph.memory.calls import Found, check, names_of, required_of
from automem_graph.memory.tools import tool_form
from automem_graph.protocols import ActionSpec, Call
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.load import Scaffold

_TAKEN = {"args", "callbacks", "config", "kwargs", "run_manager", "runtime", "self"}
"""Names that LangChain fills in, or calls a tool's function with."""


def _as_text(value: object) -> str:
    """What a model gave as text: it may send a number where a schema says text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


_Text = Annotated[str, BeforeValidator(_as_text)]


def args_of(scaffold: Scaffold, spec: ActionSpec) -> type[BaseModel]:
    """The schema of an action's arguments; ScaffoldError for a name that no tool's can have."""
    fields: dict[str, Any] = {}
    for name in names_of(spec):
        if name in _TAKEN or name.startswith("_") or hasattr(BaseModel, name):
            raise ScaffoldError(
                f"{scaffold.path / 'scaffold.toml'}: {spec.name} has an argument called '{name}', "
                "which no tool can have; call it something else"
            )
        about = _about(name)
        if name in required_of(spec):
            fields[name] = (_Text, Field(description=about))
        else:
            fields[name] = (_Text, Field(default="", description=f"{about}; may be left out"))
    return create_model(f"Memory{spec.name.title().replace('_', '')}", **fields)


def call_of(named: ActionSpec, given: Sequence[str], args: Mapping[str, str]) -> Call:
    """What a model gave, as a call of the action under the tool's name; `problem` as ever."""
    whole = {**dict(zip(names_of(named), given, strict=False)), **args}
    texts = {name: text.strip() for name, text in whole.items() if text.strip()}
    found = Found(named.name, named, texts, named.name)
    return check([found], [named], named.routines[0], tool_form)[0]


def missing(named: ActionSpec, error: ValidationError | OldValidationError) -> str:
    """What a call lacks, as a sentence with the right form."""
    lacking = [str(one["loc"][0]) for one in error.errors() if one["loc"]]
    needs = " and ".join(lacking) or "other arguments"
    return f"{named.name} needs {needs}. Write it like this: {tool_form(named)}"


def _about(name: str) -> str:
    if name == "file":
        return "the file's name, like notes.md or people/ada.md"
    return name.replace("_", " ")
