"""`automem diff`: what changed between two scaffolds of a run of loop 1."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import clear_errors, out, shown
from automem_graph.cli.lineage import RunArgument
from automem_graph.cli.scores import numbers
from automem_graph.episodes.layout import RunError
from automem_graph.report.patch import lines_of, stats_of
from automem_graph.structure.desk.diff import diff_of
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Row, read_rows
from automem_graph.structure.terms import read_terms

STYLES = {"file": "bold", "place": "cyan", "add": "green", "cut": "red", "same": ""}


def diff(
    run: RunArgument,
    one: Annotated[
        str, typer.Argument(metavar="ONE", help="A version (v0, v1) or an attempt (v1.2).")
    ],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The one to compare it with.")],
    stat: Annotated[
        bool, typer.Option("--stat", help="Only how many lines of each file were changed.")
    ] = False,
) -> None:
    """Show what changed between two scaffolds of a run: prompts, actions, hooks, files.

    Kept versions are v0, v1, v2; every attempt, rejected ones too, has the name that automem
    lineage RUN gives it. Piped into a file it is a patch that git apply takes.
    """
    with clear_errors():
        folder = EvolutionFolder(run)
        read_terms(folder)
        rows = read_rows(folder.lineage)
        text = diff_of(*(_scaffold(folder, rows, name) for name in (one, other)))
    if stat:
        _print_stat(text)
    elif not sys.stdout.isatty():
        sys.stdout.write(text)
    else:
        for line in lines_of(text):
            out.print(shown(line.text), style=STYLES[line.kind], soft_wrap=True)


def _scaffold(folder: EvolutionFolder, rows: Sequence[Row], name: str) -> Path:
    """The folder of a version or an attempt; of one that is no scaffold, what was proposed."""
    row = next((row for row in rows if name in (row.name, row.version if row.kept else "")), None)
    if row is None:
        names = ", ".join(row.name for row in rows) or "none yet"
        raise RunError(f"there is no '{name[:40]}' in {folder.path}; there are: {names}")
    if row.scaffold:
        return folder.scaffold(row.scaffold)
    proposal = folder.attempt(name) / "proposal"
    if not proposal.is_dir():
        raise RunError(f"{name} has nothing to compare: {row.why}")
    return proposal


def _print_stat(text: str) -> None:
    table = numbers("file", "added", "removed")
    stats = stats_of(text)
    for name, one in stats.items():
        table.add_row(shown(name), f"+{one.added}", f"-{one.removed}")
    table.add_row(
        f"{len(stats)} in all",
        f"+{sum(one.added for one in stats.values())}",
        f"-{sum(one.removed for one in stats.values())}",
    )
    out.print(table)
