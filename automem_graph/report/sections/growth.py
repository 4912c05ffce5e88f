"""How memory grew over the steps."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.episodes.layout import RunError
from automem_graph.evaluation.scores import ALL
from automem_graph.report.charts import LOOKS, Point, curves
from automem_graph.report.groups import GATE, HELD_OUT, TRIAL, Group
from automem_graph.report.rows import Size, sizes
from automem_graph.report.sections.section import Cell, Figure, Section, Table, label
from automem_graph.report.sources import Source

LEAD = (
    "Characters in all memory files at the end of a step: the mean over the episodes that took it, "
    "± one standard error, as far as half of them came."
)
AT = 5
"""Steps that the table has."""


def shown(source: Source) -> list[Group]:
    """The groups whose behaviour is compared: one set of worlds, no control, few enough to see."""
    for worlds in (GATE, TRIAL):
        if groups := [group for group in source.groups if group.worlds == worlds]:
            return groups
    if any(group.worlds == HELD_OUT for group in source.groups):
        return [group for group in source.groups if group.worlds == HELD_OUT]
    return [group for group in source.groups if group.worlds != ALL] or list(source.groups)


def grown(sources: Sequence[Source]) -> tuple[dict[str, tuple[Size, ...]], tuple[str, ...]]:
    """The curves by their players' names, and what cannot be read."""
    found: dict[str, tuple[Size, ...]] = {}
    notes = []
    for source in sources:
        groups = shown(source)
        several = len({group.worlds for group in groups}) > 1
        for group in _ends(groups, max(1, LOOKS // len(sources))):
            name = label(source, sources, group.player)
            name = f"{name}, {group.worlds}" if several else name
            try:
                rows = sizes([group])
            except RunError as why:
                notes.append(str(why))
                continue
            if any(row.mean for row in rows):
                found[name] = rows
    return found, tuple(notes)


def growth(found: dict[str, tuple[Size, ...]], notes: tuple[str, ...] = ()) -> Section | None:
    """None where no memory has grown, and where there is none."""
    series = {
        name: [Point(at=row.step, mean=row.mean, error=row.error) for row in rows]
        for name, rows in found.items()
    }
    chart = curves(series, "characters", "step")
    if chart is None:
        return Section(id="growth", title="Growth of memory", notes=notes) if notes else None
    figure = Figure(
        chart=chart, title="Characters in memory over the steps",
        said="Lines are means, bands one standard error.", table=_table(found),
    )  # fmt: skip
    return Section(id="growth", title="Growth of memory", lead=LEAD, figures=(figure,), notes=notes)


def _ends(groups: Sequence[Group], most: int) -> list[Group]:
    """The first ones and the last: those between are left out where they are too many."""
    if len(groups) <= most:
        return list(groups)
    return [*groups[: most - 1], groups[-1]] if most > 1 else [groups[-1]]


def _table(found: dict[str, tuple[Size, ...]]) -> Table:
    rows = []
    for name, sized in found.items():
        every = max(1, (len(sized) - 1) // (AT - 1))
        for row in dict.fromkeys((*sized[::every], sized[-1])):
            cells = (name, f"{row.step:,}", f"{row.mean:,.0f} ± {row.error:,.0f}", str(row.n))
            rows.append(tuple(Cell(text=text) for text in cells))
    return Table(
        caption="Characters in memory", head=("player", "after step", "mean ± SE", "episodes"),
        rows=tuple(rows),
    )  # fmt: skip
