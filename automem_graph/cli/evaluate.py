"""`automem evaluate`: many episodes of a suite, and what they earned."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.board import Board
from automem_graph.cli.console import FAILURE, clear_errors, out, print_json, stop
from automem_graph.cli.executors import AddressOption, ExecutorOption, Where, opened
from automem_graph.cli.options import (
    AgentOption,
    CodecOption,
    GameplayOption,
    JsonOption,
    MaxCostOption,
    MaxHoursOption,
    MaxNonsenseOption,
    MaxTokensOption,
    ParallelOption,
    Payloads,
    PricesOption,
    ReplyTokensOption,
    ScaffoldOption,
    SpecialistOption,
    SpecialistReplyTokensOption,
    SpecialistTemperatureOption,
    TasksOption,
    TemperatureOption,
    TracePayloadsOption,
    limits,
    named,
)
from automem_graph.cli.scores import print_forecast, print_outcome
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.tracing import hide_texts
from automem_graph.evaluation.experiment import Experiment, ExperimentError
from automem_graph.evaluation.forecast import forecast
from automem_graph.evaluation.outcome import Outcome, outcome
from automem_graph.evaluation.prices import read_prices
from automem_graph.evaluation.seeds import parse_seeds
from automem_graph.evaluation.suite import Plan, default_seeds, plan
from automem_graph.models.budget import Budget, Price, rates
from automem_graph.protocols import Executor


def evaluate(
    ctx: typer.Context,
    suite: Annotated[
        str, typer.Argument(help="crafter, minihack, nethack, errands, or a task's name.")
    ],
    tasks: TasksOption = "",
    seeds: Annotated[
        str | None,
        typer.Option(
            help="Seeds of every task: 42-51, or 42,44,50-52.",
            show_default="the paper's: 42-51 for crafter, else 42-46; all of a dataset",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="World actions at most.", show_default="the task's own limit"),
    ] = None,
    parallel: ParallelOption = None,
    executor: ExecutorOption = Where.LOCAL,
    address: AddressOption = "",
    agent: AgentOption = None,
    gameplay: GameplayOption = None,
    specialist: SpecialistOption = None,
    temperature: TemperatureOption = None,
    reply_tokens: ReplyTokensOption = None,
    specialist_temperature: SpecialistTemperatureOption = None,
    specialist_reply_tokens: SpecialistReplyTokensOption = None,
    codec: CodecOption = None,
    scaffold: ScaffoldOption = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="The run's folder. [default: runs/SUITE-WORDS]")
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(min=0.01, metavar="MINUTES", help="An episode that takes longer has failed."),
    ] = None,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    max_hours: MaxHoursOption = None,
    max_nonsense: MaxNonsenseOption = None,
    prices: PricesOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Play nothing: estimate what it would cost.")
    ] = False,
    langsmith: Annotated[
        str | None,
        typer.Option(metavar="PROJECT", help="Record the result in LangSmith, as this experiment."),
    ] = None,
    trace_payloads: TracePayloadsOption = Payloads.ON,
    as_json: JsonOption = False,
) -> None:
    """Play many episodes at once and print what they earned: a line per task, and all together.

    Progression is a mean in per cent with its standard error. A failed episode leaves it open: the
    result is incomplete, and the exit code 1. The same command goes on with what is not done, also
    with more seeds or tasks: an episode that is done is never played again.

    A budget stops all episodes before the next model call; the same command with a larger one goes
    on.
    """
    given = named(
        ctx,
        steps=steps,
        agent=agent,
        gameplay=gameplay,
        specialist=specialist,
        temperature=temperature,
        reply_tokens=reply_tokens,
        specialist_temperature=specialist_temperature,
        specialist_reply_tokens=specialist_reply_tokens,
        codec=codec,
        scaffold=scaffold,
        max_nonsense=max_nonsense,
    )
    if trace_payloads is Payloads.OFF:
        hide_texts()
    with clear_errors():
        wanted = default_seeds(suite) if seeds is None else parse_seeds(seeds)
        planned = plan(suite, wanted, tasks=tasks, out=out_dir, given=given)
        known = read_prices(prices)
        if dry_run:
            _estimate(planned, known, as_json=as_json)
            return
        budget = limits(max_tokens, max_cost, max_hours, known)
        if budget is not None:
            budget.check(filter(None, (planned.asked.gameplay, planned.asked.specialist)))
        extend_run(planned.run, planned.asked)
        experiment = Experiment.open(langsmith, planned) if langsmith else None
        limit = time_limit and 60 * time_limit
        with opened(executor, address, parallel) as machine:
            results = _play(planned, machine, limit, budget, known, quiet=as_json)
        found = outcome(planned, results, known)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        print_outcome(found)
    if experiment is not None:
        _record(experiment, found)
    if found.all.incomplete:
        larger = " with a larger budget" if found.all.stopped else ""
        stop(
            f"incomplete: {found.all.incomplete}. The same command{larger} tries again what is not "
            "done.",
            FAILURE,
        )


def _record(experiment: Experiment, found: Outcome) -> None:
    try:
        experiment.record(found.episodes)
    except ExperimentError as error:
        stop(f"{error}. The same command records what is missing there.", FAILURE)


def _estimate(planned: Plan, prices: Mapping[str, Price], *, as_json: bool) -> None:
    expected = forecast(planned, prices)
    if as_json:
        print_json(expected.model_dump_json(indent=2))
    else:
        print_forecast(expected)


def _play(
    planned: Plan,
    executor: Executor,
    time_limit_s: float | None,
    budget: Budget | None,
    prices: Mapping[str, Price],
    *,
    quiet: bool,
) -> list[EpisodeResult]:
    known = rates(planned.asked.gameplay, planned.asked.specialist, prices)
    board = None if quiet else Board(out, planned.jobs, known)
    hear = None if board is None else board.hear
    results: list[EpisodeResult] = []
    try:
        with board or nullcontext():
            for result in run_episodes(
                planned.jobs, executor, hear=hear, budget=budget, time_limit_s=time_limit_s
            ):
                results.append(result)
                if board is not None:
                    board.add(result)
    except KeyboardInterrupt:
        done = sum(result.status == "done" for result in results)
        stop(
            f"stopped: {done} of {len(planned.jobs)} episodes are done, and every complete step of "
            f"the others is kept in {planned.run.path}; the same command goes on.",
            130,
        )
    return results
