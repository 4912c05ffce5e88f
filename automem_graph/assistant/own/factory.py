"""Agents of one's own by name: `agent:module:attribute` is a function that makes one.

def make_agent(middleware):
    return create_agent("openai:gpt-5.5", tools, middleware=[middleware])
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automem_graph.models.resolve import AGENT, UnknownModel
from automem_graph.worlds.own import files_of, look_here

if TYPE_CHECKING:
    from automem_graph.assistant.middleware import AutoMemMiddleware

    MakeAgent = Callable[[AutoMemMiddleware], Any]
    """Makes an agent around the middleware; it has `invoke`, and takes and gives `messages`."""


class UnknownAgent(UnknownModel):
    """A name that no agent answers to here; the message is one sentence on what to do."""


def is_agent(name: str) -> bool:
    """Whether a name is that of an agent, and not of a model."""
    return name.strip().startswith(AGENT)


def load_factory(name: str) -> MakeAgent:
    """The function that makes the agent of this name; UnknownAgent where there is none."""
    module, attribute = _parts(name)
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (Exception, SystemExit) as error:  # a module of the user's own may raise anything
        raise UnknownAgent(
            f"the agent '{name}' cannot be imported from this folder or an installed package: "
            f"{in_a_line(error)}"
        ) from error
    if not callable(found):
        raise UnknownAgent(
            f"the agent '{name}' is a {type(found).__name__} and cannot be called: name a "
            "function that takes the middleware and returns the agent"
        )
    if not _takes_one(found):
        raise UnknownAgent(
            f"the agent '{name}' cannot be made: {attribute} must take one argument, the "
            "middleware, and return the agent"
        )
    make: MakeAgent = found
    return make


def agent_contents(name: str) -> str:
    """12 hex digits for the sources that an agent is made by; empty for any other name.

    They are its module's file or, where that is in a package, all code and prompts of the package:
    of what it imports from elsewhere nothing is known. Raises UnknownAgent.
    """
    if not is_agent(name):
        return ""
    module, _ = _parts(name)
    load_factory(name)
    told = hashlib.sha256()
    for label, file in sorted(files_of(module)):
        seen = file.stat()
        told.update(f"{label} {_digest(file, seen.st_size, seen.st_mtime_ns)}\n".encode())
    return told.hexdigest()[:12]


def in_a_line(error: BaseException) -> str:
    """What an error says, on one line."""
    words = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _parts(name: str) -> tuple[str, str]:
    module, colon, attribute = name.strip().removeprefix(AGENT).partition(":")
    if not (module and colon and attribute):
        raise UnknownAgent(
            f"the agent '{name}' has no such place: type agent:module:attribute, as in "
            "agent:my_app:make_agent"
        )
    look_here()
    return module, attribute


def _takes_one(make: Callable[..., Any]) -> bool:
    try:
        inspect.signature(make).bind(object())
    except TypeError:
        return False
    except ValueError:  # it has no signature, as some of C's have none
        return True
    return True


@cache
def _digest(file: Path, size: int, modified: int) -> str:
    """The hash of a file; read once in each of its versions."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
