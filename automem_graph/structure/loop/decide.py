"""The rows of a generation, written when it is decided: in hill climbing that of one attempt."""

from __future__ import annotations

from automem_graph.structure.bench import Bench
from automem_graph.structure.events import Decided
from automem_graph.structure.lineage import Row, add_row
from automem_graph.structure.loop.generation import names_of, parent_of
from automem_graph.structure.loop.state import LoopState, name_of


def decide(bench: Bench, state: LoopState, *, kept: bool) -> LoopState:
    """Make rows of the generation's drafts, tell them, and go on to the next one.

    An attempt that has a row is decided: where a checkpoint is behind it, that row holds. All rows
    of a generation are written at once, so that either all of its attempts are decided or none.
    """
    here = name_of(state)
    if decided(bench, here) is None:
        last = state["last"] if bench.terms.is_population else state["attempt"]
        rows = [_row(bench, state, name, kept=kept) for name in names_of(state, last)]
        add_row(bench.folder.lineage, *rows)
        for row in rows:
            bench.tell(Decided(row=row))
    return {**standing(bench), "next": "review"}


def _row(bench: Bench, state: LoopState, name: str, *, kept: bool) -> Row:
    """The row of one attempt: of the one that came furthest the state knows the end."""
    draft, parent = bench.draft(name), parent_of(bench, name)
    if draft.stage is not None:
        return draft.row(name, parent, kept=False, stage=draft.stage, why=draft.why)
    return draft.row(name, parent, kept=kept, stage=state["stage"], why=state["why"])


def decided(bench: Bench, name: str) -> Row | None:
    """The row of an attempt, if it has one."""
    return next((row for row in bench.rows if row.name == name), None)


def standing(bench: Bench) -> LoopState:
    """Where the lineage says that the loop has come to."""
    version = len(bench.versions) - 1
    tried = sum(row.version == f"v{version + 1}" for row in bench.rows)
    return {"version": version, "attempt": tried + 1, "first": tried + 1}
