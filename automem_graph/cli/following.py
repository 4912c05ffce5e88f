"""Follow a run of loop 1: what is done now, what was decided, how long and how dear it is."""

from __future__ import annotations

from typing import Self

from rich.console import Console

from automem_graph.cli.watching import Watching
from automem_graph.episodes.many import JobEvent
from automem_graph.models.budget import Rates
from automem_graph.report.figures import changed, verdict
from automem_graph.structure.bench import Bench
from automem_graph.structure.events import Began, Decided, Event, Said
from automem_graph.structure.lineage import Row

DOING = {
    "revise": "rewriting the scaffold",
    "check": "checking what was written",
}
"""Nodes that take a while and play nothing."""


class Following(Watching):
    """Prints a line for each thing that ends."""

    def __init__(
        self, console: Console, bench: Bench, rates: Rates | None, *, quiet: bool = False
    ) -> None:
        super().__init__(console, rates, quiet=quiet)
        self.bench = bench

    def __enter__(self) -> Self:
        terms, path = self.bench.terms, self.bench.folder.path
        self.say(f"{terms.suite}: {terms.player}; rewritten by {terms.proposer}; in {path}")
        for task, why in self.bench.absent.items():
            self.say(f"left out: {task}: {why}")
        return self

    def hear(self, event: Event | JobEvent) -> None:
        """Take in what happens, and show it."""
        if isinstance(event, Began):
            self.clear()
            if event.node in DOING:
                self.say(f"{event.attempt}: {DOING[event.node]}")
        elif isinstance(event, Said):
            self.say(f"{event.attempt}: {event.text}")
        elif isinstance(event, Decided):
            self.clear()
            self.say(told(event.row))
        else:
            self.watch(event)


def told(row: Row) -> str:
    """A row as a line: what became of the attempt, what it changed, how much."""
    if not row.parent:
        return f"{row.name}: {row.why}"
    reason = f" {row.reason}" if row.reason else ""
    return f"{row.name} {verdict(row)}: {row.why}.{reason} ({changed(row.diff)})"
