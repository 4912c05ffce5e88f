"""Tasks of somebody's own: named `module:attribute`, or by what an installed package offers.

A package offers tasks by entry points of the group `automem_graph.tasks`: a name, and where the
task is. A task is an object with a `card` and an `open(seed)`, or something to call that makes one.
It may also have

- `worlds`: how many there are, for a task whose seeds end there (0 to worlds - 1);
- `version`: a text that changes with the data that its worlds are made of;
- `missing`: why it cannot be played here and what to do, or None.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from automem_graph.protocols import Task, TaskCard, World

GROUP = "automem_graph.tasks"

MADE_OF = ("*.py", "*.md", "*.txt", "*.json", "*.toml", "*.yaml", "*.yml", "*.jinja", "*.j2")
"""The files of a package that its worlds, or an agent of its own, may follow from: code, prompts,
settings. Other data belong into `version`."""


class UnknownTask(ValueError):
    """No task has this name; says which names there are."""


class BadTask(ValueError):
    """A task that cannot be made; says what is wrong to whoever wrote it."""


@dataclass(frozen=True)
class OwnTask:
    """A task of somebody's own, known by the name that finds it in any process."""

    card: TaskCard
    """Its card, under that name."""
    version: str
    """What its worlds follow from: the file or package that it is in, its release, its own one."""
    worlds: int | None
    missing: str | None
    task: Task = field(repr=False)

    def open(self, seed: int) -> World:
        return self.task.open(seed)


def own_task(name: str) -> OwnTask:
    """The task at `module:attribute`; UnknownTask where there is none.

    The working folder is looked in last: nothing there can stand before what is installed.
    """
    look_here()
    return _own_task(name)


def look_here() -> None:
    """Have modules looked for in the working folder as well, and there last."""
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)


@cache
def _own_task(name: str) -> OwnTask:
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (Exception, SystemExit) as error:  # a module of the user's own may raise anything
        raise UnknownTask(f"no task at '{name}' (module:attribute): {_said(error)}") from error
    return _admit(name, module, found)


def offered() -> Mapping[str, tuple[EntryPoint, ...]]:
    """What installed packages offer, by name; loads none of it.

    A name with several entries is offered by several packages. A package whose list cannot be read
    offers nothing.
    """
    return _offered(tuple(sys.path))


@cache
def _offered(_: tuple[str, ...]) -> Mapping[str, tuple[EntryPoint, ...]]:
    found: dict[str, dict[str, EntryPoint]] = {}
    for one in distributions():
        try:
            entries = one.entry_points.select(group=GROUP)
            package = one.metadata["Name"] or ""
        except Exception:
            continue
        for entry in entries:
            found.setdefault(entry.name, {}).setdefault(package, entry)
    return {name: tuple(found[name].values()) for name in sorted(found)}


def offered_task(name: str) -> OwnTask | None:
    """The task that an installed package offers under this name; None where none does.

    Raises UnknownTask where it is broken, or offered twice.
    """
    entries = offered().get(name, ())
    if not entries:
        return None
    if len(entries) > 1:
        raise UnknownTask(
            f"{len(entries)} packages offer a task '{name}': name the one that you mean "
            f"{' or '.join(entry.value for entry in entries)}"
        )
    return _offered_task(name, entries[0])


@cache
def _offered_task(name: str, entry: EntryPoint) -> OwnTask:
    package = entry.dist.name if entry.dist else "a package"
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:
        raise UnknownTask(
            f"the task '{name}' of {package} ({entry.value}) cannot be loaded: {_said(error)}"
        ) from error
    return _admit(name, entry.module, found, release=entry.dist.version if entry.dist else "")


def _admit(name: str, module: str, found: Any, release: str = "") -> OwnTask:
    """What was found there, looked at; UnknownTask where it is no task."""
    try:
        made = _made(found)
        if made is not None:
            task, card = made
            worlds = getattr(task, "worlds", None)
            if worlds is not None and not (isinstance(worlds, int) and worlds > 0):
                raise ValueError(f"its `worlds` are {worlds!r}, and should be a number from 1")
            return OwnTask(
                card=card.model_copy(update={"name": name}),
                version=_version(module, release, str(getattr(task, "version", ""))),
                worlds=worlds,
                missing=getattr(task, "missing", None),
                task=task,
            )
    except Exception as error:
        raise UnknownTask(f"the task '{name}' cannot be made: {_said(error)}") from error
    raise UnknownTask(f"'{name}' is no task: it needs a `card` (TaskCard) and an `open(seed)`")


def _made(found: Any) -> tuple[Task, TaskCard] | None:
    """The task that this is, or makes, and its card; None where it is none."""
    if isinstance(found, type) or (callable(found) and not hasattr(found, "card")):
        found = found()
    card = getattr(found, "card", None)
    return (found, card) if isinstance(card, TaskCard) and hasattr(found, "open") else None


def _version(module: str, *parts: str) -> str:
    """A hash of the module's file, or of all files of its package, and of what else is told."""
    whole = hashlib.sha256()
    for name, file in sorted(files_of(module)):
        whole.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
    for part in parts:
        whole.update(f"\0{part}".encode())
    return whole.hexdigest()[:12]


def files_of(module: str) -> Iterable[tuple[str, Path]]:
    """What a module that was imported is made of: its file, or all such files of its package.

    By names that do not say where they lie.
    """
    top = find_spec(module.partition(".")[0])
    if top is not None and top.submodule_search_locations and top.origin:
        package = Path(top.origin).parent
        found = (path for kind in MADE_OF for path in package.rglob(kind) if path.is_file())
        return [(path.relative_to(package).as_posix(), path) for path in found]
    file = getattr(sys.modules.get(module), "__file__", None)
    return [(Path(file).name, Path(file))] if file and Path(file).is_file() else []


def _said(error: BaseException) -> str:
    """The error in one sentence, without the line breaks of somebody's validation."""
    kind = "" if isinstance(error, BadTask) else f"{type(error).__name__}: "
    return f"{kind}{' '.join(str(error).split())[:500]}"
