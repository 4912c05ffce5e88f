"""`automem pipeline`: both loops after each other, and the table of what each has brought."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

import typer

from automem_graph.cli.console import FAILURE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.executors import AddressOption, ExecutorOption, Where, opened
from automem_graph.cli.options import (
    BaseOption,
    CollectSeedsOption,
    DryRunOption,
    JsonOption,
    MaxCostOption,
    MaxHoursOption,
    MaxTokensOption,
    ParallelOption,
    PricesOption,
    RecipesOption,
    RehearseOption,
    ReplyTokensOption,
    ScaffoldOption,
    StepsOption,
    TasksOption,
    TemperatureOption,
    TrialSeedsOption,
    limits,
)
from automem_graph.cli.rehearsing import refuse_mixture, rehearsed, telling
from automem_graph.cli.scores import print_forecast
from automem_graph.cli.stages import Stages
from automem_graph.cli.table import print_table
from automem_graph.evaluation.forecast import Forecast
from automem_graph.evaluation.prices import read_prices
from automem_graph.models.budget import Budget
from automem_graph.proficiency.estimate import add
from automem_graph.proficiency.pipeline.context import PipelineContext
from automem_graph.proficiency.pipeline.estimate import estimate
from automem_graph.proficiency.pipeline.plan import plan_pipeline
from automem_graph.proficiency.pipeline.result import read_pipeline
from automem_graph.proficiency.pipeline.run import run_pipeline
from automem_graph.structure.purse import Unfinished


def pipeline(
    task: Annotated[
        str, typer.Argument(help="What for: crafter, minihack, nethack, or a task's name.")
    ] = "",
    rehearse: RehearseOption = False,
    base: BaseOption = "",
    meta: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="The meta-LLM: a deep agent with it rewrites the scaffold and decides on recipes.",
            show_default="none: rules do both",
        ),
    ] = "",
    proposer: Annotated[
        str,
        typer.Option(
            help="Who rewrites the scaffold, if another: see automem evolve.", show_default=False
        ),
    ] = "",
    decider: Annotated[
        str,
        typer.Option(
            help="Who decides on recipes, if another: see automem train.", show_default=False
        ),
    ] = "",
    scaffold: ScaffoldOption = None,
    tasks: TasksOption = "",
    seeds: Annotated[
        str, typer.Option(help="Seeds of loop 1's gate.", show_default="10 from 42")
    ] = "",
    collect_seeds: CollectSeedsOption = "",
    trial_seeds: TrialSeedsOption = "",
    held_out: Annotated[
        str,
        typer.Option(
            help="Seeds of the table: neither loop chooses anything by them.",
            show_default="48 from 40042",
        ),
    ] = "",
    attempts: Annotated[
        int, typer.Option(min=1, help="Loop 1: attempts of one revision.")
    ] = PipelineContext.attempts,
    revisions: Annotated[
        int, typer.Option(min=1, help="Loop 1: versions to be kept at most.")
    ] = PipelineContext.revisions,
    recipes: RecipesOption = None,
    temperature: TemperatureOption = None,
    reply_tokens: ReplyTokensOption = None,
    steps: StepsOption = None,
    parallel: ParallelOption = None,
    executor: ExecutorOption = Where.LOCAL,
    address: AddressOption = "",
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="The run's folder. [default: runs/pipeline-TASK-WORDS]"),
    ] = None,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    max_hours: MaxHoursOption = None,
    prices: PricesOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """The paper's table in one command: v0, + loop 1, + loop 2.

    One base model plays. Loop 1 rewrites the memory scaffold and keeps what wins (automem evolve);
    loop 2 trains a specialist for the best one (automem train). At the end stands what each has
    brought, on seeds by which neither has chosen anything, paired by world, with intervals. A loop
    that keeps nothing is a row like the one above it. The same command goes on where it was
    interrupted and pays for nothing twice; a budget is for all of it.

    Try it first: automem pipeline --rehearse
    """
    given: dict[str, Any] = {
        name: option
        for name, option in {
            "tasks": tasks, "base": base, "scaffold": scaffold, "proposer": proposer,
            "decider": decider, "meta": meta, "gate_seeds": seeds, "collect_seeds": collect_seeds,
            "trial_seeds": trial_seeds, "held_out_seeds": held_out, "attempts": attempts,
            "revisions": revisions, "recipes": recipes, "temperature": temperature,
            "reply_tokens": reply_tokens, "steps": steps, "parallel": parallel,
            "run": str(out_dir) if out_dir else None,
        }.items()
        if option is not None
    }  # fmt: skip
    refuse_mixture(task, rehearse, base, scaffold or "")
    given = rehearsed(given) if rehearse else {**given, "task": task}
    with clear_errors():
        known = read_prices(prices)
        budget = limits(max_tokens, max_cost, max_hours, known)
        with telling(as_json) as tell:
            plan = plan_pipeline(PipelineContext(**given), tell, budget)
        if dry_run:
            _print_estimate(estimate(plan, known))
            return
        stages = Stages(out, plan, known, quiet=as_json)
        with opened(executor, address, parallel) as machine:
            whole = {"base": plan.base, "run": str(plan.folder.path), "executor": machine}
            trouble = _run({**given, **whole}, budget, stages)
        if trouble is None:
            found = read_pipeline(plan.folder, prices=known)
    if trouble is not None:
        stop(*trouble)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        print_table(found)


def _run(given: Mapping[str, Any], budget: Budget | None, stages: Stages) -> tuple[str, int] | None:
    """Go through all stages, and show it; what stopped it, and the exit code for that."""
    with stages:
        try:
            run_pipeline(hear=stages.hear, budget=budget, **given)
        except Unfinished as why:
            return str(why), FAILURE
        except KeyboardInterrupt:
            return f"stopped; all is kept in {given['run']}, and the same command goes on.", 130
    return None


def _print_estimate(found: Mapping[str, Forecast]) -> None:
    """What each loop may play at most, and all of it."""
    for stage, one in found.items():
        out.print(shown(f"{stage:7}  at most {one.episodes:,} episodes"))
    out.print("final    none: its episodes are the loops' own on the held-out seeds")
    print_forecast(reduce(add, found.values()))
