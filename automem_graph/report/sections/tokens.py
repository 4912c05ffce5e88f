"""What playing takes: tokens and cost per step and role, and of a run as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automem_graph.evaluation.costs import Cost
from automem_graph.report.figures import NONE, dollars
from automem_graph.report.rows import Usage
from automem_graph.report.sections.section import Cell, Section, Table, label
from automem_graph.report.sources import Source
from automem_graph.structure.lineage import Spent

LEAD = (
    "Tokens per step as the provider counts them, else about four characters each: the mean over "
    "the done episodes. A model without a price is unpriced: automem report "
    "--prices takes a file of prices."
)


def tokens(sources: Sequence[Source], rows: Sequence[Usage]) -> Section | None:
    """None where no model was called."""
    used = [row for row in rows if row.input or row.output]
    totals = [line for source in sources for line in _totals(source, sources)]
    if not used and not totals:
        return None
    by_name = {source.name: source for source in sources}
    lines = tuple(
        (
            Cell(text=label(by_name[row.run], sources, row.player)),
            Cell(text=row.worlds), Cell(text=row.role), Cell(text=row.model, kind="words"),
            Cell(text=f"{row.input:,.0f}"), Cell(text=f"{row.output:,.0f}"),
            Cell(text=_per_step(row.usd)),
        )
        for row in used
    )  # fmt: skip
    tables = [
        Table(
            caption="Per step and role",
            head=("player", "worlds", "role", "model", "tokens in", "tokens out", "cost"),
            rows=lines,
            texts=4,
        )
    ]
    if totals:
        head = ("run", "of", "calls", "tokens in", "tokens out", "cost")
        tables.append(
            Table(caption="In all, with every sitting", head=head, rows=tuple(totals), texts=2)
        )
    return Section(id="tokens", title="Tokens and cost", lead=LEAD, tables=tuple(tables))


def _totals(source: Source, sources: Sequence[Source]) -> Iterator[tuple[Cell, ...]]:
    found = source.evolution or source.training
    if found is None:
        return
    for one in found.costs:
        yield _line(source.name, one.model, one, dollars(one.usd))
    if found.spent.calls:
        who = found.asked.meta or (
            source.evolution.asked.proposer if source.evolution else "the decider"
        )
        yield _line(source.name, f"meta: {who}", found.spent, NONE)


def _line(run: str, of: str, one: Cost | Spent, cost: str) -> tuple[Cell, ...]:
    said = (f"{one.calls:,}", f"{one.input_tokens:,}", f"{one.output_tokens:,}", cost)
    return Cell(text=run), Cell(text=of, kind="words"), *(Cell(text=text) for text in said)


def _per_step(usd: float | None) -> str:
    if usd is None:
        return "unpriced"
    return "free" if not usd else f"${usd:.5f}"
