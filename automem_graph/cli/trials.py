"""Follow a run of loop 2: what is decided, trained and played, and what came of it."""

from __future__ import annotations

import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from automem_graph.cli.board import duration
from automem_graph.cli.console import shown
from automem_graph.cli.watching import Watching
from automem_graph.episodes.many import JobEvent
from automem_graph.models.budget import Rates
from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.events import Began, Event, Recorded, Said, Trains
from automem_graph.proficiency.ledger import Row

DOING = {
    "decide": "deciding on a recipe",
    "select": "picking turns",
    "verify": "making examples, and comparing them with the traces",
}
"""Nodes that take a while and play nothing."""


class Trials(Watching):
    """Prints a line for each thing that ends; on a terminal, training is a bar with its loss."""

    def __init__(
        self, console: Console, bench: Bench, rates: Rates | None, *, quiet: bool = False
    ) -> None:
        super().__init__(console, rates, quiet=quiet)
        self.bench = bench
        self._bar: Progress | None = None
        self._latest: Trains | None = None
        self._training_since = time.monotonic()

    def __enter__(self) -> Self:
        terms, path = self.bench.terms, self.bench.folder.path
        self.say(f"{terms.suite}: {terms.player}; recipes by {terms.decider}; in {path}")
        for task, why in self.bench.absent.items():
            self.say(f"left out: {task}: {why}")
        return self

    def hear(self, event: Event | JobEvent) -> None:
        """Take in what happens, and show it."""
        if isinstance(event, Trains):
            self._follow(event)
        elif isinstance(event, Began):
            self.clear()
            if event.node in DOING:
                self.say(f"{event.trial}: {DOING[event.node]}")
        elif isinstance(event, Said):
            self.say(f"{event.trial}: {event.text}")
        elif isinstance(event, Recorded):
            self.clear()
            self.say(told(event.row))
        else:
            self.watch(event)

    def clear(self) -> None:
        """Whatever was played or trained has ended: a line is left of it."""
        super().clear()
        self._end_training()

    def _follow(self, event: Trains) -> None:
        if self._latest is None or self._latest.trial != event.trial:
            self.clear()
            self._training_since = time.monotonic()
            if self._console.is_terminal and not self._quiet:
                columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
                self._bar = Progress(*columns, console=self._console, transient=True)
                self._bar.add_task("", total=event.beat.steps)
                self._bar.start()
        self._latest = event
        if self._bar is not None:
            beat = event.beat
            told = f"{event.trial}: loss {beat.loss:.3f}, {beat.tokens_per_second:,.0f} tokens/s"
            self._bar.update(
                self._bar.task_ids[0],
                description=shown(told).plain,
                completed=beat.step,
                total=beat.steps,
            )

    def _end_training(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._latest is not None:
            beat, took = self._latest.beat, duration(time.monotonic() - self._training_since)
            self.say(
                f"{self._latest.trial}: trained {beat.step:,} of {beat.steps:,} steps, "
                f"loss {beat.loss:.3f}, in {took}"
            )
        self._bar = self._latest = None


def told(row: Row) -> str:
    """A row as a line: what became of the trial, and why it was made."""
    reason = f". {row.rationale}" if row.rationale else ""
    if not row.failed:
        return f"{row.name}: {row.why}{reason}"
    return f"{row.name} failed at {row.stage}: {row.why}{reason}"
