"""Tasks by name.

A name is either one of the package's own (`crafter`) or `module:attribute`, for a task of your
own: any module that a fresh Python here can import, with an attribute that has a `card` and an
`open(seed)`. Finding a task imports its module only, so a module should load its game in `open`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from automem_graph.protocols import Task, TaskCard

_TASKS: Mapping[str, str] = MappingProxyType(
    {"crafter": "automem_graph.worlds.crafter.task:CRAFTER"}
)


class UnknownTask(ValueError):
    """No task has this name; says which names there are."""


def task_names() -> tuple[str, ...]:
    """The package's own tasks, sorted."""
    return tuple(sorted(_TASKS))


def find_task(name: str) -> Task:
    """The task of this name; UnknownTask where there is none."""
    if name not in _TASKS and ":" not in name:
        raise UnknownTask(_no_such(name))
    module, _, attribute = _TASKS.get(name, name).partition(":")
    try:
        task = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # a module of the user's own may raise anything
        problem = f"{type(error).__name__}: {error}"
        raise UnknownTask(f"no task at '{name}' (module:attribute): {problem}") from error
    if not isinstance(getattr(task, "card", None), TaskCard) or not hasattr(task, "open"):
        raise UnknownTask(f"'{name}' is no task: it needs a `card` (TaskCard) and an `open(seed)`")
    found: Task = task
    return found


def _no_such(name: str) -> str:
    close = get_close_matches(name.lower(), _TASKS, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return (
        f"there is no task '{name}'.{hint} "
        f"The tasks are: {', '.join(task_names())}; or module:attribute for one of your own."
    )
