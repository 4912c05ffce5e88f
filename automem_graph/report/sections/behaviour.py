"""How memory was used: the measures of docs/metrics.md, player by player."""

from __future__ import annotations

import math
from collections.abc import Sequence

from automem_graph.episodes.metrics import MEANINGS, SHARES
from automem_graph.report.rows import Habit
from automem_graph.report.sections.section import Cell, Section, Table, label
from automem_graph.report.sources import Source

LEAD = "Means over the done episodes ± standard error; shares in per cent."
TOKENS = ("input_tokens", "output_tokens", "specialist_input_tokens", "specialist_output_tokens")
"""These are told of each role, elsewhere."""


def behaviour(sources: Sequence[Source], rows: Sequence[Habit]) -> Section | None:
    """A table with a row for each measure; None where no episode is done."""
    players = list(dict.fromkeys((row.run, row.player, row.worlds) for row in rows))
    if not players:
        return None
    found = {(row.run, row.player, row.worlds, row.measure): row for row in rows}
    names = _names(sources, players)
    lines = []
    for measure, meaning in MEANINGS.items():
        cells = [found.get((*player, measure)) for player in players]
        if measure in TOKENS or not any(one is not None and one.mean for one in cells):
            continue
        figures = (Cell(text=_figure(measure, one) if one else "-") for one in cells)
        lines.append((Cell(text=meaning, kind="words"), *figures))
    if not lines:
        return None
    table = Table(caption=LEAD, head=("measure", *names), rows=tuple(lines))
    said = "What is 0 for everybody is left out."
    return Section(id="behaviour", title="Use of memory", lead=said, tables=(table,))


def _names(sources: Sequence[Source], players: Sequence[tuple[str, str, str]]) -> list[str]:
    by_name = {source.name: source for source in sources}
    several = {
        run for run, player, _ in players
        if len({worlds for one, other, worlds in players if (one, other) == (run, player)}) > 1
    }  # fmt: skip
    return [
        label(by_name[run], sources, player) + (f", {worlds}" if run in several else "")
        for run, player, worlds in players
    ]


def _figure(measure: str, row: Habit) -> str:
    if not math.isfinite(row.mean):
        return "∞"
    times, unit = (100, " %") if measure in SHARES else (1, "")
    digits = 0 if times * row.mean >= 1000 else 1 if times * row.mean >= 100 else 2
    return f"{times * row.mean:,.{digits}f} ± {times * row.error:,.{digits}f}{unit}"
