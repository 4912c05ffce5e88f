"""How far each version came: means with their intervals, on each set of worlds."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.report.charts import Value, dots
from automem_graph.report.groups import GATE, HELD_OUT, TRIAL, WIPED
from automem_graph.report.rows import Earned
from automem_graph.report.sections.section import Cell, Figure, Links, Section, Table, label
from automem_graph.report.sources import Source

LEAD = (
    "Progression is a mean over worlds, in per cent, with its 95 % interval by the bootstrap. "
    "A mean is only taken where every episode is done."
)
TOLD = {
    GATE: "The gate's worlds chose the versions, so what they show is optimistic.",
    TRIAL: "The trials' worlds chose the adapter, so what they show is optimistic.",
    HELD_OUT: "Held-out worlds chose nothing: they are what to believe.",
    WIPED: "Wiped: the same held-out worlds, with files and hook state cleared before every step.",
}
MOST_SERIES = 6


def progression(sources: Sequence[Source], rows: Sequence[Earned], links: Links) -> Section | None:
    """None where nobody has played."""
    if not rows:
        return None
    by_name = {source.name: source for source in sources}
    players = list(dict.fromkeys((row.run, row.player) for row in rows))
    worlds = list(dict.fromkeys(row.worlds for row in rows))
    names = [label(by_name[run], sources, player) for run, player in players]
    table = Table(
        caption="Progression in %, mean ± standard error (95 % interval)",
        head=("player", "worlds", "mean ± SE", "95 % interval", "episodes"),
        rows=tuple(_line(row, by_name[row.run], sources, links) for row in rows),
        texts=2,
    )
    told = [LEAD, *(TOLD[name] for name in worlds if name in TOLD)]
    values = [
        Value(
            column=players.index((row.run, row.player)), series=worlds.index(row.worlds),
            mean=100 * row.mean, low=100 * _or(row.low, row.mean),
            high=100 * _or(row.high, row.mean),
            label=f"{row.player}, {row.worlds}: {_mean(row)} %, n {row.done}",
            href=links.mean(row.run, row.player, row.worlds),
        )
        for row in rows
        if row.mean is not None
    ]  # fmt: skip
    chart = dots(names, values, "%", worlds if len(worlds) > 1 else ())
    if chart is None or len(worlds) > MOST_SERIES:
        return Section(id="progression", title="Progression", lead=" ".join(told), tables=(table,))
    title = "Mean progression of each version" if len(players) > 1 else "Mean progression"
    said = "Points are means, lines their 95 % intervals."
    figure = Figure(chart=chart, title=title, said=said, table=table)
    return Section(id="progression", title="Progression", lead=" ".join(told), figures=(figure,))


def _line(row: Earned, source: Source, sources: Sequence[Source], links: Links) -> tuple[Cell, ...]:
    interval = "-"
    if row.low is not None and row.high is not None:
        interval = f"{100 * row.low:.2f} to {100 * row.high:.2f}"
    return (
        Cell(
            text=label(source, sources, row.player),
            href=links.mean(row.run, row.player, row.worlds),
        ),
        Cell(text=row.worlds),
        Cell(text=_mean(row), kind="" if row.mean is not None else "bad"),
        Cell(text=interval),
        Cell(text=f"{row.done} of {row.asked}"),
    )


def _mean(row: Earned) -> str:
    if row.mean is None or row.error is None:
        return f"incomplete: {row.incomplete}"
    return f"{100 * row.mean:.2f} ± {100 * row.error:.2f}"


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
