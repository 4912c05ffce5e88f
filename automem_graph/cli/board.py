"""The live view of many episodes: a line for each running one, and a total with what is left."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.cli.console import shown
from automem_graph.cli.redrawn import Redrawn
from automem_graph.cli.tally import Tally
from automem_graph.episodes.many import JobEvent
from automem_graph.episodes.play import EpisodeResult
from automem_graph.models.budget import Rates


class Board(Redrawn):
    """Follows many episodes: redrawn on a terminal, else a line for each that has ended."""

    def __init__(
        self, console: Console, jobs: Sequence[PlayContext], rates: Rates | None = None
    ) -> None:
        super().__init__(console, per_second=4, transient=True)
        self._rates = rates
        self._tally = Tally(jobs)
        self._lock = Lock()

    def hear(self, event: JobEvent) -> None:
        """Take in how one episode stands."""
        with self._lock:
            self._tally.hear(event)

    def add(self, result: EpisodeResult) -> None:
        """Take in a result."""
        with self._lock:
            played = self._tally.add(result)
            line = f"{self._tally.ended} of {self._tally.jobs}: {told(result)}{self._left()}"
        if result.status == "failed" or (played and not self._console.is_terminal):
            self._console.print(shown(line), soft_wrap=True)

    def __rich__(self) -> RenderableType:
        with self._lock:
            running = sorted(self._tally.running.values(), key=lambda event: event.job)
            total = self._total()
        room = max(1, self._console.height - 4)
        rows = Table.grid(padding=(0, 2))
        for event in running[:room]:
            rows.add_row(
                shown(f"{event.task} {event.seed}"),
                ProgressBar(total=event.steps, completed=event.step, width=20),
                f"{event.step:,}/{event.steps:,}",
                f"{event.progression:.1%}",
                f"{event.calls:,} calls",
                f"{event.input_tokens + event.output_tokens:,} tokens",
                shown(event.note),
            )
        more = [f"and {len(running) - room} more"] if len(running) > room else []
        return Group(rows, *more, shown(total))

    def _total(self) -> str:
        tally = self._tally
        failed = f", {tally.failed} failed" if tally.failed else ""
        return (
            f"{tally.ended} of {tally.jobs} episodes{failed}; {tally.steps:,} steps, "
            f"{tally.speed:.1f} a second; {tally.calls:,} calls, {tally.input_tokens:,} tokens in, "
            f"{tally.output_tokens:,} out{self._cost()}{self._left()}"
        )

    def _cost(self) -> str:
        """Of this sitting; nothing where that is not known, or free."""
        tally = self._tally
        both = tally.input_tokens, tally.output_tokens
        kept = tally.specialist_input_tokens, tally.specialist_output_tokens
        usd = self._rates.of(both, kept) if self._rates else 0.0
        return f", ${usd:,.2f}" if usd else ""

    def _left(self) -> str:
        seconds = self._tally.seconds_left()
        return f"; about {duration(seconds)} left" if seconds else ""


def told(result: EpisodeResult) -> str:
    """An episode's result in a line."""
    name = f"{result.asked.task}, seed {result.seed}"
    if result.progression is None:
        return f"{name}: {result.status} at step {result.steps:,}: {result.error}"
    return f"{name}: progression {result.progression:.2%} in {result.steps:,} steps"


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
