"""Tasks by name, and the suites that are evaluated together.

A name is either one of the package's own (`crafter`), which may ask for options (`nethack+steps`),
or `module:attribute`, for a task of your own: any module that a fresh Python here can import, with
an attribute that has a `card` and an `open(seed)`. Finding a task imports its module only, so a
module should load its game in `open`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from types import MappingProxyType

from automem_graph.protocols import Task, TaskCard

_MINIHACK = (
    "minihack-boxoban-hard",
    "minihack-boxoban-medium",
    "minihack-mazewalk-9x9",
    "minihack-mazewalk-15x15",
    "minihack-corridor-r3",
    "minihack-corridor-battle-dark",
    "minihack-quest-easy",
    "minihack-quest-medium",
)

_SUITES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"crafter": ("crafter",), "minihack": _MINIHACK, "nethack": ("nethack",)}
)
"""The paper's three benchmarks. Each has a package here, whose `task` module makes its tasks."""

_GAMES = {name: suite for suite, names in _SUITES.items() for name in names}

_UNLISTED = {"drill": "drill"}
"""What can be named and is in no list: it tries scaffolds, not agents."""

_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "crafter": (),
        "minihack": ("autopickup", "steps"),
        "nethack": ("autopickup", "steps"),
        "drill": (),
    }
)
"""What a name may ask for after a `+`, by game, in canonical order."""


class UnknownTask(ValueError):
    """No task has this name; says which names there are."""


class TaskUnavailable(RuntimeError):
    """The task exists, but cannot be played here; says what is missing and what to do."""


def task_names() -> tuple[str, ...]:
    """The package's own tasks, sorted, without options."""
    return tuple(sorted(_GAMES))


def suite_names() -> tuple[str, ...]:
    """What can be evaluated as a whole."""
    return tuple(_SUITES)


def suite(name: str) -> tuple[str, ...]:
    """The tasks of a suite, each with the options that the suite is named with (`minihack+steps`).

    A task's name is a suite of one. UnknownTask for any other name.
    """
    base, plus, options = name.partition("+")
    return tuple(
        find_task(f"{task}{plus}{options}").card.name for task in _SUITES.get(base, (base,))
    )


def find_task(name: str) -> Task:
    """The task of this name, under its canonical one; UnknownTask where there is none."""
    if ":" in name:
        return _own_task(name)
    base, *asked = name.split("+")
    game = _GAMES.get(base) or _UNLISTED.get(base)
    if game is None:
        raise UnknownTask(_no_such(name))
    for option in asked:
        if option not in _OPTIONS[game]:
            known = ", ".join(_OPTIONS[game]) or "none"
            raise UnknownTask(f"'{base}' has no option '{option}'; its options are: {known}")
    options = tuple(option for option in _OPTIONS[game] if option in asked)
    module = importlib.import_module(f"automem_graph.worlds.{game}.task")
    found: Task = module.task(base, options)
    return found


def missing(name: str) -> str | None:
    """Why a task cannot be played here and what to do, None where it can; loads no game."""
    reason: str | None = getattr(find_task(name), "missing", None)
    return reason


def find_playable(name: str) -> Task:
    """The task of this name; UnknownTask, or TaskUnavailable where it cannot be played here."""
    task = find_task(name)
    if absent := missing(name):
        raise TaskUnavailable(f"{task.card.name} cannot be played here: {absent}")
    return task


def missing_packages(*names: str) -> str | None:
    """The sentence for games that are not installed; None where they are."""
    absent = [name for name in names if find_spec(name) is None]
    if not absent:
        return None
    return (
        f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed: "
        'pip install "automem-graph[nethack]"'
    )


def _own_task(name: str) -> Task:
    module, _, attribute = name.partition(":")
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
    close = get_close_matches(name.lower(), _GAMES, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return (
        f"there is no task '{name}'.{hint} "
        f"The tasks are: {', '.join(task_names())}; or module:attribute for one of your own. "
        f"The suites are: {', '.join(suite_names())}."
    )
