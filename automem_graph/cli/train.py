"""`automem train`: loop 2, which makes an agent's own good memory decisions into a specialist."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from automem_graph.cli.approving import ask_to_train
from automem_graph.cli.console import FAILURE, USAGE, clear_errors, out, print_json, stop
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
    StepsOption,
    TasksOption,
    TemperatureOption,
    TrialSeedsOption,
    limits,
)
from automem_graph.cli.rehearsing import refuse_mixture, rehearsed, telling
from automem_graph.cli.scores import print_forecast
from automem_graph.cli.training import print_training
from automem_graph.cli.trials import Trials
from automem_graph.evaluation.prices import read_prices
from automem_graph.models.budget import Budget, rates
from automem_graph.proficiency.bench import open_bench
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.estimate import estimate
from automem_graph.proficiency.result import read_training
from automem_graph.proficiency.train import train_specialist
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.purse import Unfinished
from automem_graph.structure.result import read_evolution


def train(
    task: Annotated[
        str, typer.Argument(help="What for: crafter, minihack, nethack, or a task's name.")
    ] = "",
    rehearse: RehearseOption = False,
    base: BaseOption = "",
    served: Annotated[
        str,
        typer.Option(
            metavar="vllm:NAME@URL",
            help="Play the base at this server, which serves the same weights and takes adapters "
            "while it runs, rather than in this process.",
        ),
    ] = "",
    evolved: Annotated[
        Path | None,
        typer.Option("--run", help="Train for the best scaffold of this run of automem evolve."),
    ] = None,
    scaffold: Annotated[
        str, typer.Option(help="Train for this one: v0, or a scaffold's folder.", show_default="v0")
    ] = "",
    tasks: TasksOption = "",
    decider: Annotated[
        str,
        typer.Option(
            help="Who decides on recipes: offline:engineer (a short ladder of them, free), agent "
            "(a deep agent with the model --meta), or command:LINE (any coding agent)."
        ),
    ] = TrainContext.decider,
    meta: Annotated[
        str, typer.Option(metavar="MODEL", help="The meta-LLM of the decider agent.")
    ] = "",
    recipes: RecipesOption = None,
    collect_seeds: CollectSeedsOption = "",
    trial_seeds: TrialSeedsOption = "",
    held_out: Annotated[
        str,
        typer.Option(
            help="Seeds for the end: nothing is chosen by them.", show_default="48 from 40042"
        ),
    ] = "",
    margin: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="So much less progression is not inferior: 0.05, 5 points."
        ),
    ] = TrainContext.margin,
    temperature: TemperatureOption = None,
    reply_tokens: ReplyTokensOption = None,
    steps: StepsOption = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Ask before an adapter is trained.")
    ] = False,
    trainer_python: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            help="The Python of the environment to train in.",
            show_default="this one",
        ),
    ] = "",
    accelerate: Annotated[
        str,
        typer.Option(
            metavar="ARGUMENTS",
            help="Train on several GPUs, by accelerate launch with these arguments: "
            "'--multi_gpu --num_processes 4', or '--config_file FILE'.",
            show_default="one GPU",
        ),
    ] = "",
    parallel: ParallelOption = None,
    executor: ExecutorOption = Where.LOCAL,
    address: AddressOption = "",
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="The run's folder. [default: runs/train-TASK-WORDS]"),
    ] = None,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    max_hours: MaxHoursOption = None,
    prices: PricesOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a memory specialist: a LoRA adapter that keeps memory while the base model acts.

    The base model plays; of what it said itself, recipes choose the turns that are worth repeating,
    word for word, and an adapter is trained on these. It is tried beside the base model on other
    seeds, against the base alone and against an adapter that was trained on random turns. The best
    one is promoted if memory is kept better at no loss, or none is. The same command goes on where
    it was interrupted.

    Try it first: automem train --rehearse
    """
    given: dict[str, Any] = {
        name: option
        for name, option in {
            "tasks": tasks, "base": base, "scaffold": scaffold or "v0", "decider": decider,
            "meta": meta, "recipes": recipes, "collect_seeds": collect_seeds,
            "trial_seeds": trial_seeds, "held_out_seeds": held_out, "margin": margin,
            "temperature": temperature, "reply_tokens": reply_tokens, "steps": steps,
            "parallel": parallel, "run": str(out_dir) if out_dir else None,
            "served": served, "trainer_python": trainer_python, "accelerate": accelerate,
        }.items()
        if option is not None
    }  # fmt: skip
    given["task"] = task
    refuse_mixture(task, rehearse, base or served, scaffold or str(evolved or ""))
    if evolved is not None and scaffold:
        stop("--run and --scaffold both name a scaffold: give one of them.", USAGE)
    if approve and not sys.stdin.isatty():
        stop("--approve asks on a terminal, and this is none.", USAGE)
    with clear_errors():
        if rehearse:
            given = rehearsed(given)
        if evolved is not None:
            given["scaffold"] = str(read_evolution(EvolutionFolder(evolved)).scaffold)
        known = read_prices(prices)
        budget = limits(max_tokens, max_cost, max_hours, known)
        context = TrainContext(approve=approve, **given)
        with telling(as_json) as tell:
            bench = open_bench(context, tell, budget)
        if dry_run:
            print_forecast(estimate(bench, known))
            return
        paid = rates(bench.terms.gameplay, bench.terms.gameplay, known)
        trials = Trials(out, bench, paid, quiet=as_json)
        with opened(executor, address, parallel) as machine:
            whole = {**given, "base": bench.terms.base, "executor": machine}
            trouble = _run(whole, budget, trials, approve=approve)
        found = read_training(bench.folder, prices=known)
    if trouble is not None:
        stop(*trouble)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        print_training(found)


def _run(
    given: Mapping[str, Any], budget: Budget | None, trials: Trials, *, approve: bool
) -> tuple[str, int] | None:
    """Train, and show it; what stopped it before its end, and the exit code for that."""
    asked = ask_to_train if approve else None
    with trials:
        try:
            train_specialist(hear=trials.hear, budget=budget, approve=asked, **given)
        except Unfinished as why:
            return str(why), FAILURE
        except KeyboardInterrupt:
            path = trials.bench.folder.path
            return f"stopped; all is kept in {path}, and the same command goes on.", 130
    return None
