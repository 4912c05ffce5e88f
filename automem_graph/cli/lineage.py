"""`automem lineage`: every attempt of a run of loop 1, kept or not, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from automem_graph.cli.console import clear_errors, out, print_json, shown
from automem_graph.cli.scores import numbers
from automem_graph.report import figures
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Row
from automem_graph.structure.result import Evolution, read_evolution

RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run of automem evolve.")
]


def lineage(
    run: RunArgument,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the rows, with all scores, as a JSON list.")
    ] = False,
) -> None:
    """Show every scaffold that was tried: kept as which version, or rejected where, and why.

    v1.2 is the second attempt at what would become version 1. gate is its mean progression on the
    gate's worlds, p how often chance alone does as well there against the scaffold that it had to
    beat, and fresh p the same on fresh worlds. A dash: the attempt did not come so far. Below
    stand what its proposer says, and why it ended so. Of a population it is also shown which one it
    was made from, and for those that may be parents in how many worlds each is the best. automem
    diff RUN v0 v1.2 shows what was changed; a run may be looked at while it goes on.
    """
    with clear_errors():
        found = read_evolution(EvolutionFolder(run))
    if as_json:
        rows = [row.model_dump(mode="json") for row in found.rows]
        print_json(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    out.print(_table(found))
    for row in found.rows:
        for place, words in enumerate(filter(None, (row.reason, row.why))):
            out.print(shown(f"{row.name if not place else '':6}{_line(words)}"), soft_wrap=True)
    if not found.stop:
        out.print("not ended: the same automem evolve goes on")


def _table(found: Evolution) -> Table:
    several = ("from", "front") if found.asked.is_population else ()
    lines = () if several else ("lines",)  # a terminal has no room for both
    table = numbers("attempt", "verdict", *several, "gate, %", "p", "fresh p", *lines)
    table.columns[1].justify = "left"
    for row in found.rows:
        ancestry = (figures.parent(found, row), figures.share(found, row)) if several else ()
        table.add_row(
            row.name,
            figures.verdict(row),
            *ancestry,
            figures.gate_mean(found, row),
            figures.p_of(row.trial),
            figures.p_of(row.confirmation),
            *([] if several else [_lines(row)]),
            style="" if row.kept else "dim",
        )
    return table


def _lines(row: Row) -> str:
    return f"+{row.diff.added} -{row.diff.removed}" if row.diff.files else figures.NONE


def _line(text: str) -> str:
    return " ".join(text.split())
