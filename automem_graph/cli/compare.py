"""`automem compare`: two runs on the same worlds, paired by task and seed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import FAILURE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.scores import numbers
from automem_graph.episodes.layout import RunFolder
from automem_graph.evaluation.comparison import Comparison, Unpaired, compare_runs
from automem_graph.evaluation.seeds import name_seeds, parse_seeds
from automem_graph.evaluation.statistics import Difference
from automem_graph.evaluation.suite import short_name


def compare(
    one: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    other: Annotated[Path, typer.Argument(metavar="RUN", help="The one to compare it with.")],
    tasks: Annotated[
        str, typer.Option(help="Only these tasks: mazewalk-9x9,quest-easy.", show_default="all")
    ] = "",
    seeds: Annotated[
        str | None, typer.Option(help="Only these seeds: 42-51.", show_default="all")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as JSON and nothing else.")
    ] = False,
) -> None:
    """Say how far two runs differ on the same worlds, and whether chance alone would do that.

    Episodes are paired by task and seed. The difference is in points of progression, with its
    bootstrapped 95 % interval; p says how often the difference would be as large if the sign of
    each pair's were a coin's (two-sided). An episode that is not done in both runs makes the
    comparison incomplete, and the exit code 1.
    """
    with clear_errors():
        chosen = parse_seeds(seeds) if seeds is not None else None
        found = compare_runs(RunFolder(one), RunFolder(other), tasks=tasks, seeds=chosen)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        _print(found)
    if found.unpaired:
        count = len(found.unpaired)
        stop(f"incomplete: {count} of {count + found.all.difference.n} pairs are missing.", FAILURE)


def _print(found: Comparison) -> None:
    for letter, run, which in (("A", found.one, 0), ("B", found.other, 1)):
        said = ", ".join(f"{name} {values[which] or '-'}" for name, values in found.differs.items())
        out.print(shown(f"{letter}  {run}  {said}"), soft_wrap=True)
    table = numbers("task", "n", "A, %", "B, %", "A - B", "95 % interval", "p")
    for row in [*found.tasks, found.all] if len(found.tasks) > 1 else found.tasks:
        difference = row.difference
        table.add_row(
            shown(short_name(row.task)),
            str(difference.n),
            f"{100 * row.one.mean:.2f}",
            f"{100 * row.other.mean:.2f}",
            f"{100 * difference.mean:+.2f}",
            _interval(difference),
            f"{difference.p:.4f}" if difference.p >= 0.0001 else "< 0.0001",
        )
    out.print(table)
    if found.left_out:
        of = len(found.tasks) + len(found.left_out)
        left = f"Over {len(found.tasks)} of {of} tasks. Left out: {', '.join(found.left_out)}."
        out.print(shown(left), style="yellow", soft_wrap=True)
    _name(found.unpaired)


def _interval(found: Difference) -> str:
    if found.low is None or found.high is None:
        return "-"
    return f"{100 * found.low:+.2f} to {100 * found.high:+.2f}"


def _name(unpaired: tuple[Unpaired, ...]) -> None:
    """Name the episodes that have no partner, those of a task with the same reason together."""
    for task, why in dict.fromkeys((one.task, one.why) for one in unpaired):
        seeds = [one.seed for one in unpaired if (one.task, one.why) == (task, why)]
        out.print(shown(f"no pair: {task}, seeds {name_seeds(seeds)}: {why}"), soft_wrap=True)
