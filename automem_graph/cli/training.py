"""The tables of a run of loop 2."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from automem_graph.cli.console import out, shown
from automem_graph.cli.scores import numbers, print_costs
from automem_graph.cli.trials import told
from automem_graph.episodes.metrics import SHARES
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.evaluation.statistics import Estimate
from automem_graph.proficiency.promote import SURE, Verdict
from automem_graph.proficiency.result import Training
from automem_graph.proficiency.standing import Standing
from automem_graph.report.figures import points

MEASURES = {
    "writes_per_search": "writes per search",
    "repeated_writes": "repeated writes, %",
    "duplicate_lines": "duplicate lines, %",
    "empty_searches": "empty searches, %",
    "searches_that_find": "searches that find, a step",
    "consulted": "PLAN consulted, % of steps",
    "growth": "growth, characters a step",
    "failed_calls": "failed calls, %",
}


def print_training(found: Training) -> None:
    """How all who played stand, what was promoted and why, and where it all lies."""
    asked = found.asked
    if found.trial:
        out.print(standings("on the trials' seeds", found.trial))
    if found.held_out is not None:
        out.print(standings("held out", found.held_out.standings))
        out.print(shown(_held(found.held_out.verdict, asked.margin)), soft_wrap=True)
    seeds = {"trained on": asked.collect, "trials": asked.trial, "held out": asked.held_out}
    said = "; ".join(f"{name}: {name_seeds(each)}" for name, each in seeds.items())
    out.print(shown(f"seeds, {said}"), soft_wrap=True)
    for row in (row for row in found.rows if not row.is_control):
        out.print(shown(told(row)), soft_wrap=True)
    print_costs(found.costs)
    if found.stop:
        out.print(shown(f"ended: {found.stop}"), soft_wrap=True)
    if found.promotion is not None:
        out.print(shown(f"promoted    {found.promotion.why}"), soft_wrap=True)
    if found.specialist:
        out.print(shown(f"specialist  {found.specialist}"), soft_wrap=True)
    out.print(shown(f"run         {found.run}"), soft_wrap=True)


def standings(title: str, stands: Sequence[Standing]) -> Table:
    """A table with a column for each player, and a row for each measure."""
    table = numbers(title, *(one.name for one in stands))
    table.add_row("progression, %", *(_cell(one.progression, share=True) for one in stands))
    for name, words in MEASURES.items():
        share = name in SHARES
        cells = (
            _cell(one.measures[name], share=share) if name in one.measures else "-"
            for one in stands
        )
        table.add_row(words, *cells)
    return table


def _cell(found: Estimate, *, share: bool) -> str:
    """A mean and its standard error."""
    times = 100 if share else 1
    return f"{times * found.mean:.2f} ± {times * found.error:.2f}"


def _held(verdict: Verdict, margin: float) -> str:
    """What held-out seeds say about the promoted adapter."""
    gain = (
        f"{verdict.name} - base, held out: {points(verdict.gain.mean)} points of progression, "
        f"above {points(verdict.low)} for {SURE:.0%} sure (margin {100 * margin:g}), "
        f"n {verdict.gain.n}"
    )
    if verdict.passed:
        return f"{gain}: it passes here as well"
    reasons = [*verdict.lacks, *(["progression may be inferior"] if verdict.inferior else [])]
    return f"{gain}: it would not pass here, {', and '.join(reasons)}"
