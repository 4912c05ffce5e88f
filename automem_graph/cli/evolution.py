"""The tables of a run of loop 1."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from automem_graph.cli.console import out, shown
from automem_graph.cli.scores import numbers, print_costs
from automem_graph.evaluation.scores import Score
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.report import figures
from automem_graph.structure.result import Evolution


def print_evolution(found: Evolution, page: Path) -> None:
    """Versions and their scores, what held-out worlds say, what it cost, and where it all lies."""
    asked = found.asked
    out.print(_scores(found))
    out.print(
        shown(f"gate: seeds {name_seeds(asked.gate)}; held out: {name_seeds(asked.held_out)}"),
        soft_wrap=True,
    )
    if any(version.gate.metrics for version in found.versions):
        out.print(_measures(found))
    for name, compared in figures.gains(found).items():
        out.print(shown(f"{name}: {figures.difference(compared)}"), soft_wrap=True)
    for row in (version.row for version in found.versions if version.row.parent):
        said = f"{row.version}: {row.reason or row.why} ({figures.changed(row.diff)})"
        out.print(shown(said), soft_wrap=True)
    rejected = sum(not row.kept for row in found.rows)
    out.print(
        f"{rejected} attempts rejected; {found.episodes:,} episodes ({found.counted:,} for the "
        f"search), {found.spared:,} spared by stopping what could no longer win",
        soft_wrap=True,
    )
    _print_costs(found)
    if found.stop:
        out.print(shown(f"ended: {found.stop}"), soft_wrap=True)
    for name, where in (("best", found.scaffold), ("page", page), ("run", found.run)):
        out.print(shown(f"{name:5} {where}"), soft_wrap=True)


def _scores(found: Evolution) -> Table:
    table = numbers("version", "gate, %", "held out, %", "wiped, %")
    held = found.held_out
    ends: dict[str, tuple[Score, Score]] = {}
    if held is not None:
        ends[found.versions[0].name] = (held.first, held.first_wiped)
        ends[found.best.name] = (held.last, held.last_wiped)
    for version in found.versions:
        scores = (version.gate, *ends.get(version.name, ()))
        table.add_row(version.name, *map(figures.earned, scores))
    return table


def _measures(found: Evolution) -> Table:
    table = numbers("memory", *figures.MEASURES.values())
    for version in found.versions:
        said = version.gate.metrics.shown() if version.gate.metrics else {}
        table.add_row(version.name, *(said.get(name, "") for name in figures.MEASURES))
    return table


def _print_costs(found: Evolution) -> None:
    print_costs(found.costs)
    spent = found.spent
    if spent.calls:
        out.print(
            f"cost: proposals: {spent.calls:,} calls, {spent.input_tokens:,} tokens in, "
            f"{spent.output_tokens:,} out",
            soft_wrap=True,
        )
