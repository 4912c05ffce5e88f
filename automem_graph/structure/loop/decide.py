"""The row of an attempt, written when it is decided."""

from __future__ import annotations

from automem_graph.structure.bench import Bench
from automem_graph.structure.events import Decided
from automem_graph.structure.lineage import add_row
from automem_graph.structure.loop.state import LoopState, name_of


def decide(bench: Bench, state: LoopState, *, kept: bool) -> None:
    """Make a row of the attempt's draft, and tell it. Done twice, it is there once."""
    name = name_of(state)
    parent = next(row for row in bench.versions if row.version == f"v{state['version']}")
    row = bench.draft(name).row(
        name, parent.scaffold, kept=kept, stage=state["stage"], why=state["why"]
    )
    add_row(bench.folder.lineage, row)
    bench.tell(Decided(row=row))
