"""Tasks by name, and the suites that are evaluated together.

A name is one of the package's own (`crafter`), which may ask for options (`nethack+steps`), that of
a task which an installed package offers, or `module:attribute`, for any other of your own (see
`own`). Finding a task imports its module only, so a module should load its game in `open`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from types import MappingProxyType

from automem_graph.protocols import Task
from automem_graph.worlds.own import OwnTask, UnknownTask, offered, offered_task, own_task

__all__ = [
    "TaskUnavailable",
    "UnknownTask",
    "find_playable",
    "find_task",
    "missing",
    "missing_packages",
    "no_such_seed",
    "offered_names",
    "own_version",
    "suite",
    "suite_names",
    "task_names",
    "worlds_of",
]

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
    {
        "crafter": ("crafter",),
        "minihack": _MINIHACK,
        "nethack": ("nethack",),
        "errands": ("errands",),
    }
)
"""The paper's three benchmarks, and one that is no game. Each has a package here, whose `task`
module makes its tasks."""

_GAMES = {name: suite for suite, names in _SUITES.items() for name in names}

_UNLISTED = {"drill": "drill", "gates": "gates"}
"""What can be named and is in no list: one tries scaffolds, the other one rehearses training."""

_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "crafter": (),
        "minihack": ("autopickup", "steps"),
        "nethack": ("autopickup", "steps"),
        "errands": (),
        "drill": (),
        "gates": (),
    }
)
"""What a name may ask for after a `+`, by game, in canonical order."""


class TaskUnavailable(RuntimeError):
    """The task exists, but cannot be played here; says what is missing and what to do."""


def task_names() -> tuple[str, ...]:
    """The package's own tasks, sorted, without options."""
    return tuple(sorted(_GAMES))


def offered_names() -> tuple[str, ...]:
    """The tasks that installed packages offer, sorted; the package's own names come before them."""
    return tuple(name for name in offered() if name not in _GAMES and name not in _UNLISTED)


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
        return own_task(name)
    base, *asked = name.split("+")
    game = _GAMES.get(base) or _UNLISTED.get(base)
    if game is None:
        if (found := offered_task(name)) is not None:
            return found
        raise UnknownTask(_no_such(name))
    for option in asked:
        if option not in _OPTIONS[game]:
            known = ", ".join(_OPTIONS[game]) or "none"
            raise UnknownTask(f"'{base}' has no option '{option}'; its options are: {known}")
    options = tuple(option for option in _OPTIONS[game] if option in asked)
    module = importlib.import_module(f"automem_graph.worlds.{game}.task")
    task: Task = module.task(base, options)
    return task


def own_version(task: Task) -> str:
    """What the worlds of a task of somebody's own follow from, as a hash; "" for the package's."""
    return task.version if isinstance(task, OwnTask) else ""


def worlds_of(name: str) -> int | None:
    """How many worlds a task has, whose seeds are 0 and up; None where any seed is one."""
    task = find_task(name)
    return task.worlds if isinstance(task, OwnTask) else None


def no_such_seed(name: str, seeds: Iterable[int]) -> str | None:
    """Which of the seeds a task does not have, in a sentence; None where it has them all."""
    worlds = worlds_of(name)
    absent = [seed for seed in seeds if worlds is not None and seed >= worlds]
    if worlds is None or not absent:
        return None
    there = f"{worlds:,} worlds, seeds 0 to {worlds - 1}" if worlds > 1 else "one world, seed 0"
    return f"{name} has {there}: there is no seed {absent[0]}"


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


def _no_such(name: str) -> str:
    installed = offered_names()
    close = get_close_matches(name.lower(), (*_GAMES, *installed), n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    more = f" Installed packages offer: {', '.join(installed)}." if installed else ""
    return (
        f"there is no task '{name}'.{hint} "
        f"The tasks are: {', '.join(task_names())}; or module:attribute for one of your own.{more} "
        f"The suites are: {', '.join(suite_names())}."
    )
