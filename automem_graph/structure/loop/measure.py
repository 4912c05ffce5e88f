"""measure: the first scaffold plays the gate's seeds."""

from __future__ import annotations

from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench
from automem_graph.structure.events import Decided
from automem_graph.structure.lineage import Row, add_row
from automem_graph.structure.loop.decide import standing
from automem_graph.structure.loop.state import LoopState
from automem_graph.structure.matches import Side, complete


def measure(bench: Bench, state: LoopState) -> LoopState:
    """Play v0, and stand where the lineage says that the loop has come to."""
    complete(bench, [Side(bench.terms.scaffold)], bench.terms.gate, "v0")
    if not bench.rows:
        said = load_scaffold(bench.scaffold(bench.terms.scaffold)).manifest.description
        row = Row(
            name="v0", scaffold=bench.terms.scaffold, kept=True, stage="trial",
            why="the scaffold that the run began with", reason=said,
        )  # fmt: skip
        add_row(bench.folder.lineage, row)
        bench.tell(Decided(row=row))
    return {
        "run": str(bench.folder.path),
        "forked": "",
        **standing(bench),
        "idle": [],
        "stop": "",
        "next": "review",
    }
