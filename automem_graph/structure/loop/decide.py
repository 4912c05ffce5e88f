"""The row of an attempt, written when it is decided."""

from __future__ import annotations

from automem_graph.structure.bench import Bench
from automem_graph.structure.events import Decided
from automem_graph.structure.lineage import Row, add_row
from automem_graph.structure.loop.state import LoopState, name_of


def decide(bench: Bench, state: LoopState, *, kept: bool) -> LoopState:
    """Make a row of the attempt's draft, tell it, and go on to the next one.

    An attempt that has a row is decided: where a checkpoint is behind it, that row holds.
    """
    name = name_of(state)
    there = decided(bench, name)
    if there is not None:
        return _after(state, kept=there.kept)
    parent = next(row for row in bench.versions if row.version == f"v{state['version']}")
    row = bench.draft(name).row(
        name, parent.scaffold, kept=kept, stage=state["stage"], why=state["why"]
    )
    add_row(bench.folder.lineage, row)
    bench.tell(Decided(row=row))
    return _after(state, kept=kept)


def decided(bench: Bench, name: str) -> Row | None:
    """The row of an attempt, if it has one."""
    return next((row for row in bench.rows if row.name == name), None)


def _after(state: LoopState, *, kept: bool) -> LoopState:
    if kept:
        return {"version": state["version"] + 1, "attempt": 1, "next": "review"}
    return {"attempt": state["attempt"] + 1, "next": "review"}
