"""Follow a run of loop 1: what is done now, what was decided, how long and how dear it is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console

from automem_graph.cli.board import Board, duration
from automem_graph.cli.console import shown
from automem_graph.episodes.many import JobEvent
from automem_graph.episodes.play import EpisodeResult
from automem_graph.models.budget import Rates
from automem_graph.report.figures import changed, verdict
from automem_graph.structure.bench import Bench
from automem_graph.structure.events import Began, Decided, Event, Played, Playing, Said
from automem_graph.structure.lineage import Row

DOING = {
    "revise": "rewriting the scaffold",
    "check": "checking what was written",
}
"""Nodes that take a while and play nothing."""


class Following:
    """Prints a line for each thing that ends; on a terminal, episodes that run are a live board."""

    def __init__(
        self, console: Console, bench: Bench, rates: Rates | None, *, quiet: bool = False
    ) -> None:
        self.bench = bench
        self._console = console
        self._rates = rates
        self._quiet = quiet
        self._board: Board | None = None
        self._playing: Playing | None = None
        self._played = False
        """Whether any of them is played in this sitting: else there is nothing to tell."""
        self._results: list[EpisodeResult] = []
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        terms, path = self.bench.terms, self.bench.folder.path
        self._say(f"{terms.suite}: {terms.player}; rewritten by {terms.proposer}; in {path}")
        for task, why in self.bench.absent.items():
            self._say(f"left out: {task}: {why}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._clear()

    def hear(self, event: Event | JobEvent) -> None:
        """Take in what happens, and show it."""
        if isinstance(event, Playing):
            self._begin(event)
        elif isinstance(event, JobEvent):
            self._watch()
            if self._board is not None:
                self._board.hear(event)
        elif isinstance(event, Played):
            self._add(event)
        elif isinstance(event, Began):
            self._clear()
            if event.node in DOING:
                self._say(f"{event.attempt}: {DOING[event.node]}")
        elif isinstance(event, Said):
            self._say(f"{event.attempt}: {event.text}")
        elif isinstance(event, Decided):
            self._clear()
            self._say(told(event.row))

    def _begin(self, playing: Playing) -> None:
        self._clear()
        self._playing, self._played = playing, False
        self._results, self._since = [], time.monotonic()

    def _watch(self) -> None:
        """The first episode that is not there already has begun."""
        if self._played or self._playing is None:
            return
        self._played = True
        if self._console.is_terminal and not self._quiet:
            self._console.print(shown(self._playing.what))
            self._board = Board(self._console, self._playing.jobs, self._rates)
            self._board.__enter__()
            for result in self._results:
                self._board.add(result)

    def _add(self, played: Played) -> None:
        self._results.append(played.result)
        if self._board is not None:
            self._board.add(played.result)

    def _clear(self) -> None:
        """The episodes that were played have ended: a line is left of them."""
        if self._board is not None:
            self._board.__exit__(None, None, None)
        if self._playing is not None and self._played:
            took = duration(time.monotonic() - self._since)
            each = _scores(self._playing, self._results)
            short = len(self._playing.jobs) - sum(map(len, each))
            spared = f", {short} not played to their end" if short else ""
            means = ", ".join(f"{statistics.fmean(one):.2%}" for one in each if one)
            self._say(f"{self._playing.what}: {means or 'nothing'} in {took}{spared}")
        self._board = self._playing = None

    def _say(self, line: str) -> None:
        if not self._quiet:
            self._console.print(shown(line), soft_wrap=True)


def told(row: Row) -> str:
    """A row as a line: what became of the attempt, what it changed, how much."""
    if not row.parent:
        return f"{row.name}: {row.why}"
    reason = f" {row.reason}" if row.reason else ""
    return f"{row.name} {verdict(row)}: {row.why}.{reason} ({changed(row.diff)})"


def _scores(playing: Playing, results: Sequence[EpisodeResult]) -> list[list[float]]:
    """What was earned, for each scaffold and agent that plays, in their order."""
    sides = dict.fromkeys((Path(job.scaffold).name, job.agent) for job in playing.jobs)
    return [
        [
            one.progression
            for one in results
            if (one.asked.scaffold, one.asked.agent) == side and one.progression is not None
        ]
        for side in sides
    ]
