"""The tables of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from automem_graph.cli.console import out, shown
from automem_graph.evaluation.costs import Cost, total
from automem_graph.evaluation.forecast import Forecast
from automem_graph.evaluation.outcome import Outcome
from automem_graph.evaluation.scores import Score
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.evaluation.suite import short_name
from automem_graph.report.figures import dollars, earned

MEASURES = {
    "growth": "growth",
    "writes_per_search": "writes per search",
    "repeated_writes": "repeated",
    "empty_searches": "empty",
    "stuck_steps": "stuck",
    "input_tokens": "tokens in",
}
"""The measures of docs/metrics.md that the paper reports; --json has all of them."""


def print_outcome(found: Outcome) -> None:
    """Scores, memory measures, what is left out, what failed, and where it all lies."""
    asked = found.asked
    title = f"{found.suite}, seeds {name_seeds(asked.seeds or ())}: {asked.player}"
    out.print(shown(title), soft_wrap=True)
    rows = [*found.tasks, found.all] if len(found.tasks) > 1 else list(found.tasks)
    out.print(_scores(rows))
    if any(score.metrics is not None for score in rows):
        out.print(measures({short_name(score.task): score for score in rows}))
    print_costs(found.costs)
    _failed(found)
    _left_out(found)
    out.print(shown(f"run  {found.run}"), soft_wrap=True)


def print_forecast(found: Forecast) -> None:
    """What an evaluation would cost, and why that is thought."""
    there = f"; {found.done} are done already" if found.done else ""
    out.print(f"to play  {found.episodes:,} episodes{there}")
    out.print(
        f"about    {found.calls:,} calls, {found.input_tokens:,} tokens in, "
        f"{found.output_tokens:,} out, {dollars(found.usd)}",
        soft_wrap=True,
    )
    for task, basis in found.basis.items():
        out.print(shown(f"basis    {task}: {basis}"), soft_wrap=True)


def print_costs(found: Sequence[Cost]) -> None:
    """What each model has cost, and all of them."""
    for one in found:
        out.print(
            shown(
                f"cost: {one.model}: {one.calls:,} calls, {one.input_tokens:,} tokens in, "
                f"{one.output_tokens:,} out, {dollars(one.usd)}"
            ),
            soft_wrap=True,
        )
    if len(found) > 1:
        out.print(f"cost: all models: {dollars(total(found))}")


def numbers(first: str, *others: str) -> Table:
    """A table of figures by name."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _scores(rows: list[Score]) -> Table:
    table = numbers("task", "progression, %", "n", "failed", "steps")
    for score in rows:
        steps = "-" if score.steps is None else f"{score.steps:,.0f}"
        table.add_row(
            shown(short_name(score.task)), earned(score), str(score.done), str(score.failed), steps
        )
    return table


def measures(scores: Mapping[str, Score]) -> Table:
    """The measures of memory of each that has any, by name."""
    table = numbers("memory", *MEASURES.values())
    for name, score in scores.items():
        if score.metrics is not None:
            said = score.metrics.shown()
            table.add_row(shown(name), *(said[measure] for measure in MEASURES))
    return table


def _failed(found: Outcome) -> None:
    """Name the episodes that are not done, those of a task with the same error together."""
    failed = [result for result in found.episodes if result.status != "done"]
    groups = dict.fromkeys((one.status, one.asked.task, one.error) for one in failed)
    for status, task, error in groups:
        same = (status, task, error)
        seeds = [one.seed for one in failed if (one.status, one.asked.task, one.error) == same]
        out.print(shown(f"{status}: {task}, seeds {name_seeds(seeds)}: {error}"), soft_wrap=True)


def _left_out(found: Outcome) -> None:
    if not found.left_out:
        return
    of = len(found.tasks) + len(found.left_out)
    mean = "" if found.all.progression is None else f": {earned(found.all)} %"
    out.print(f"Mean over {len(found.tasks)} of {of} tasks{mean}", style="yellow")
    for task, why in found.left_out.items():
        out.print(shown(f"left out: {task}: {why}"), style="yellow", soft_wrap=True)
