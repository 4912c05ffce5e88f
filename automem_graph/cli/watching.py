"""Watch a loop play: a live board on a terminal while episodes run, a line when they have ended."""

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
from automem_graph.structure.events import Played, Playing


class Watching:
    """Prints a line for each set of episodes that was played; on a terminal they are a board."""

    def __init__(self, console: Console, rates: Rates | None, *, quiet: bool = False) -> None:
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
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()

    def watch(self, event: Playing | Played | JobEvent) -> None:
        """Take in what happens to episodes."""
        if isinstance(event, Playing):
            self._begin(event)
        elif isinstance(event, Played):
            self._add(event)
        else:
            self._show()
            if self._board is not None:
                self._board.hear(event)

    def clear(self) -> None:
        """The episodes that were played have ended: a line is left of them."""
        if self._board is not None:
            self._board.__exit__(None, None, None)
        if self._playing is not None and self._played:
            took = duration(time.monotonic() - self._since)
            each = _scores(self._playing, self._results)
            short = len(self._playing.jobs) - sum(map(len, each))
            spared = f", {short} not played to their end" if short else ""
            means = ", ".join(f"{statistics.fmean(one):.2%}" for one in each if one)
            self.say(f"{self._playing.what}: {means or 'nothing'} in {took}{spared}")
        self._board = self._playing = None

    def say(self, line: str) -> None:
        """A line, unless nothing is to be said."""
        if not self._quiet:
            self._console.print(shown(line), soft_wrap=True)

    def _begin(self, playing: Playing) -> None:
        self.clear()
        self._playing, self._played = playing, False
        self._results, self._since = [], time.monotonic()

    def _show(self) -> None:
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


def _scores(playing: Playing, results: Sequence[EpisodeResult]) -> list[list[float]]:
    """What was earned, for each scaffold, agent and specialist that plays, in their order."""
    sides = dict.fromkeys(
        (Path(job.scaffold).name, job.agent, job.specialist or job.gameplay) for job in playing.jobs
    )
    return [
        [
            one.progression
            for one in results
            if (one.asked.scaffold, one.asked.agent, one.asked.specialist) == side
            and one.progression is not None
        ]
        for side in sides
    ]
