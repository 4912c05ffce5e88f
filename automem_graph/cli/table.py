"""The table of a pipeline: v0, + loop 1, + loop 2."""

from __future__ import annotations

from rich.table import Table

from automem_graph.cli.console import out, shown
from automem_graph.cli.scores import measures, numbers, print_costs
from automem_graph.evaluation.comparison import Comparison
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.evaluation.suite import short_name
from automem_graph.proficiency.pipeline.result import Pipeline, Row
from automem_graph.report.figures import NONE, earned, interval, p_value, points


def print_table(found: Pipeline) -> None:
    """The rows, what each loop has brought and why, whose seeds these are, and where it lies."""
    held_out = name_seeds(found.seeds["held out"])
    out.print(shown(f"{found.task}, held-out seeds {held_out}: {found.base}"), soft_wrap=True)
    out.print(_scores(found))
    if len(found.rows[0].tasks) > 1:
        out.print(_tasks(found))
    if all(row.all.metrics for row in found.rows):
        out.print(measures({row.name: row.all for row in found.rows}))
    for row in found.rows:
        out.print(shown(f"{row.name:8}  {row.why}"), soft_wrap=True)
    if found.both is not None:
        out.print(shown(f"both      {_brought(found.both)}"), soft_wrap=True)
    others = (f"{name}: {name_seeds(each)}" for name, each in found.seeds.items() if each)
    out.print(shown(f"seeds     {'; '.join(others)}"), soft_wrap=True)
    if found.spent.calls:
        spent = found.spent
        out.print(
            f"cost: proposals and recipes: {spent.calls:,} calls, {spent.input_tokens:,} tokens "
            f"in, {spent.output_tokens:,} out",
            soft_wrap=True,
        )
    print_costs(found.costs)
    lies = {"scaffold": found.scaffold, "specialist": found.specialist, "run": found.run}
    for name, where in lies.items():
        if where:
            out.print(shown(f"{name:10}  {where}"), soft_wrap=True)


def _scores(found: Pipeline) -> Table:
    table = numbers("agent", "progression, %", "n", "brought, points", "95 %", "p")
    for row in found.rows:
        table.add_row(row.name, earned(row.all), str(row.all.done), *_gain(row))
    return table


def _gain(row: Row) -> tuple[str, str, str]:
    if row.brought is None:
        return ("" if row.kept else "kept nothing", "", "")
    gain = row.brought.all.difference
    return points(gain.mean), interval(gain), p_value(gain.p)


def _tasks(found: Pipeline) -> Table:
    """The same by task."""
    table = numbers("progression, %", *(row.name for row in found.rows))
    for scores in zip(*(row.tasks for row in found.rows), strict=True):
        table.add_row(shown(short_name(scores[0].task)), *map(earned, scores))
    return table


def _brought(both: Comparison) -> str:
    gain = both.all.difference
    between = interval(gain)
    said = "" if between == NONE else f" ({between})"
    return f"{points(gain.mean)} points{said}, p {p_value(gain.p)}, n {gain.n}"
