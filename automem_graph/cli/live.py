"""The live view of an episode: where it stands, what memory does, what it costs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from automem_graph.agent.events import Event, MemoryActed, Stepped
from automem_graph.cli.console import shown
from automem_graph.cli.redrawn import Redrawn
from automem_graph.cli.screen import screen, shortened
from automem_graph.models.budget import Rates

EVERY = 100
"""Steps between two lines where there is no terminal to redraw."""


class LiveView(Redrawn):
    """Follows an episode's events: a redrawn panel on a terminal, else a line now and then."""

    def __init__(
        self, console: Console, title: str, limit: int, rates: Rates | None = None
    ) -> None:
        super().__init__(console, per_second=8)
        self._rates = rates
        self._usd = 0.0
        self._title = title
        self._limit = limit
        self._step: Stepped | None = None
        self._unlocked: list[str] = []
        self._memory: deque[MemoryActed] = deque(maxlen=6)
        self._tokens = [0, 0]
        self._calls = 0
        self._steps = 0
        self._started = time.perf_counter()

    def hear(self, event: Event) -> None:
        """Take in one event; cheap, since it stands between two steps."""
        if isinstance(event, MemoryActed):
            self._memory.append(event)
            return
        self._step = event
        self._steps += 1
        self._calls += event.calls
        self._tokens = [self._tokens[0] + event.input_tokens, self._tokens[1] + event.output_tokens]
        if self._rates is not None:
            both = event.input_tokens, event.output_tokens
            kept = event.specialist_input_tokens, event.specialist_output_tokens
            self._usd += self._rates.of(both, kept)
        news = event.observation.facts.get("unlocked")
        fresh = [str(name) for name in news] if isinstance(news, list) else []
        self._unlocked += fresh
        if not self._console.is_terminal and (fresh or (event.step + 1) % EVERY == 0):
            self._console.print(self._line(event, fresh), soft_wrap=True)

    def _line(self, event: Stepped, fresh: list[str]) -> Text:
        news = f"  new: {', '.join(fresh)}" if fresh else ""
        score = f"{event.observation.progression:.1%}"
        return shown(
            f"step {event.step + 1}/{self._limit}  progression {score}{news}  {self._cost()}"
        )

    def _cost(self) -> str:
        seconds = (time.perf_counter() - self._started) / max(self._steps, 1)
        usd = f"${self._usd:,.2f}, " if self._usd else ""
        return (
            f"{self._calls:,} calls, {self._tokens[0]:,} tokens in, {self._tokens[1]:,} out, {usd}"
            f"{seconds * 1000:.1f} ms a step"
        )

    def __rich__(self) -> RenderableType:
        event = self._step
        if event is None:
            return Panel(Text("opening the world ..."), title=self._title)
        rows = _grid()
        rows.add_row("step", self._progress(event))
        rows.add_row("action", shown(event.action + (" (fallback)" if event.fallback else "")))
        for name in ("vitals", "inventory"):
            value = event.observation.facts.get(name)
            if isinstance(value, Mapping):
                rows.add_row(name, _levels(value))
        score = f"{event.observation.progression:.1%}"
        rows.add_row("progression", shown(f"{score}  {', '.join(self._unlocked)}"))
        acted = tuple(self._memory)
        room = self._console.height - 2 - rows.row_count
        game = _screen(event.observation.text, room - len(acted))
        memory = _grid()
        for deed in acted[max(0, len(acted) + len(game) - room) :]:
            memory.add_row(f"{deed.routine} {deed.step}", shown(deed.call.replace("\n", " ")))
        whole = Group(rows, *game, memory)
        return Panel(whole, title=self._title, subtitle=Text(self._cost(), style="dim"))

    def _progress(self, event: Stepped) -> RenderableType:
        grid = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=self._limit, completed=event.step + 1, width=40)
        grid.add_row(bar, f"{event.step + 1:,}/{self._limit:,}")
        return grid


def _grid() -> Table:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", min_width=12, no_wrap=True)
    rows.add_column(overflow="ellipsis", no_wrap=True)
    return rows


def _screen(text: str, room: int) -> list[Text]:
    """The game's own screen, where it has one: a line for each row of its terminal."""
    rows = screen(text)
    if rows is None:
        return []
    lines = [shown(row) for row in shortened(rows, room)]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return lines


def _levels(values: Mapping[str, Any]) -> Text:
    return shown(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items()))
