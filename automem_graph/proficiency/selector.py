"""Selectors: what picks turns, as conditions or as code in the scaffold host's isolation.

Code is given views of turns and reaches nothing else: it can read no file, open no connection,
start nothing and import only the standard library. Each call has a process of its own.
`selectors.md` is the contract as those read it who write selectors.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from automem_graph.episodes.layout import RunError
from automem_graph.proficiency.recipe import Filters, Selection
from automem_graph.proficiency.turns import ActionView, TurnView
from automem_graph.protocols import ActionSpec
from automem_graph.scaffold.client import NoFiles, ScaffoldHost
from automem_graph.scaffold.errors import ScaffoldError, ScaffoldFault
from automem_graph.scaffold.load import Scaffold
from automem_graph.scaffold.manifest import Manifest
from automem_graph.scaffold.patience import Patience
from automem_graph.scaffold.replies import ReplyError

SELECT_SECONDS = 600.0
"""By the clock, of all calls of a selector together."""

_ADAPTER = """\
import selector

if not callable(getattr(selector, "select", None)):
    raise TypeError("there is no function select(turns)")


def select(files, turns):
    return selector.select(turns)
"""

_ENDS = Manifest(
    name="selector",
    description="A scaffold's two ends, without which it is none.",
    actions=(
        ActionSpec(name="DONE", kind="done", routines=("log",), help="none"),
        ActionSpec(name="ACTION", kind="commit", routines=("plan",), args=("action",), help="none"),
    ),
)


class BadSelector(RunError):
    """A selector's source that is none, or that failed: one sentence with its line."""


class Selector(Protocol):
    """Picks turns of one episode, or of one stretch of a long one."""

    def pick(self, turns: Sequence[TurnView]) -> list[Any]:
        """Whatever was picked, as it came: ids or turns, if all is well. Raises BadSelector."""
        ...


def contract() -> str:
    """What a selector gets and must return, in Markdown, for those who write one."""
    return (resources.files(__package__) / "selectors.md").read_text("utf-8")


@contextmanager
def open_selector(selection: Selection) -> Iterator[Selector]:
    """The selector of a recipe, ready to pick; BadSelector for source that is none."""
    if isinstance(selection, Filters):
        yield _Filtered(selection)
        return
    with tempfile.TemporaryDirectory(prefix="selector-") as made:
        folder = Path(made)
        (folder / "actions.py").write_text(_ADAPTER, "utf-8")
        (folder / "selector.py").write_bytes(selection.source.encode("utf-8", "replace"))
        scaffold = Scaffold(folder, "selector", _ENDS)
        try:
            host = ScaffoldHost.start(scaffold, Patience(SELECT_SECONDS))
        except ScaffoldError as error:
            raise BadSelector(_sentence(error, folder)) from error
        with host:
            yield _Coded(host, folder)


@dataclass(frozen=True)
class _Coded:
    """Calls `select` in a fresh process each time, so that no call bears on another one."""

    host: ScaffoldHost
    folder: Path

    def pick(self, turns: Sequence[TurnView]) -> list[Any]:
        given = {"turns": [turn.as_dict() for turn in turns]}
        try:
            with self.host.open_session(NoFiles()) as session:
                return session.compute("select", given, _listed)
        except (ScaffoldError, ScaffoldFault) as error:
            where = f" (with the turns from {turns[0].id} on)" if turns else ""
            raise BadSelector(_sentence(error, self.folder) + where) from error


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ReplyError(
            f"select must return a list of ids or of turns, not {type(value).__name__}"
        )
    return value


def _sentence(error: Exception, folder: Path) -> str:
    """The error with places as they are called in the source, and the code called what it is."""
    said = str(error).replace(f"{folder}{os.sep}", "").replace(f"{folder}: ", "")
    said = said.replace("scaffold code may", "a selector may").replace(" and its own folder", "")
    said = said.replace("scaffold.toml", "selector.py").replace(str(folder), "its folder")
    return " ".join(said.removeprefix("actions.py: ").split())


@dataclass(frozen=True)
class _Filtered:
    """Conditions, which all must hold."""

    filters: Filters

    def pick(self, turns: Sequence[TurnView]) -> list[Any]:
        return [turn.id for turn in turns if passes(turn, self.filters)]


def passes(turn: TurnView, filters: Filters) -> bool:
    """Whether all conditions hold of a turn."""
    looked = any(map(_looks, turn.actions))
    return (
        turn.routine in filters.routines
        and turn.better_than >= filters.episodes_above
        and not (filters.searches_before_writes and turn.routine == "log" and _writes_blind(turn))
        and not (filters.consults and turn.routine == "plan" and not looked)
        and not (filters.finds and not any(action.found for action in turn.actions))
        and not (filters.no_repeats and any(action.repeated for action in turn.actions))
        and not (filters.no_failures and not all(action.ok for action in turn.actions))
    )


def _writes_blind(turn: TurnView) -> bool:
    """Whether something was written before memory was searched or read."""
    for action in turn.actions:
        if _looks(action):
            return False
        if action.kind == "write":
            return True
    return False


def _looks(action: ActionView) -> bool:
    return action.ok and action.kind in ("search", "read")
