"""What a loop's changes are worth: paired differences, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.proficiency.promote import SURE, Verdict
from automem_graph.report.figures import gains, interval, p_value, points
from automem_graph.report.sections.section import Cell, Section, Table
from automem_graph.report.sources import Source

LEAD = (
    "Paired by world, in points of progression. p is one-sided, by the sign-flip test. What the "
    "files carry is a version minus the same version wiped."
)
OPTIMISTIC = (
    "The gate's worlds chose the versions, so their difference is optimistic: the held-out one is "
    "what to believe."
)


def worth(sources: Sequence[Source]) -> Section | None:
    """None where there is nothing to compare yet."""
    tables = [table for source in sources for table in _tables(source)]
    if not tables:
        return None
    chosen = any(source.evolution and source.evolution.gate_gain for source in sources)
    lead = f"{LEAD} {OPTIMISTIC}" if chosen else LEAD
    return Section(id="worth", title="What it is worth", lead=lead, tables=tuple(tables))


def _tables(source: Source) -> list[Table]:
    if source.evolution is not None and (compared := gains(source.evolution)):
        rows = [
            (
                name, points(one.difference.mean), interval(one.difference),
                p_value(one.judged.p), str(one.difference.n),
            )
            for name, one in compared.items()
        ]  # fmt: skip
        head = ("difference", "points", "95 % interval", "p", "worlds")
        return [_table(f"{source.name}: differences", head, rows)]
    if source.training is not None and source.training.promotion is not None:
        held = source.training.held_out
        verdicts = [(one, "trials") for one in source.training.promotion.verdicts]
        verdicts += [(held.verdict, "held out")] if held else []
        head = ("difference", "points", f"above, {SURE:.0%} sure", "p", "worlds")
        told = [_verdict(one, worlds) for one, worlds in verdicts]
        return [_table(f"{source.name}: adapters minus the base", head, told)] if told else []
    return []


def _verdict(one: Verdict, worlds: str) -> tuple[str, ...]:
    gain = one.gain
    name = f"{one.name} - base, {worlds}"
    return name, points(gain.mean), points(one.low), p_value(gain.p), str(gain.n)


def _table(caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    cells = tuple(tuple(Cell(text=text) for text in row) for row in rows)
    return Table(caption=caption, head=head, rows=cells)
