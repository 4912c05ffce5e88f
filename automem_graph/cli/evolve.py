"""`automem evolve`: loop 1, which rewrites the scaffold and keeps what truly wins."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from automem_graph.cli.approving import ask
from automem_graph.cli.console import FAILURE, USAGE, clear_errors, out, print_json, stop
from automem_graph.cli.evolution import print_evolution
from automem_graph.cli.executors import AddressOption, ExecutorOption, Where, opened
from automem_graph.cli.following import Following
from automem_graph.cli.options import (
    CodecOption,
    GameplayOption,
    JsonOption,
    MaxCostOption,
    MaxHoursOption,
    MaxTokensOption,
    ParallelOption,
    PricesOption,
    ReplyTokensOption,
    ScaffoldOption,
    SpecialistOption,
    SpecialistReplyTokensOption,
    SpecialistTemperatureOption,
    StepsOption,
    TasksOption,
    TemperatureOption,
    limits,
)
from automem_graph.evaluation.prices import read_prices
from automem_graph.models.budget import Budget, rates
from automem_graph.protocols import Executor
from automem_graph.report.report import read_report, write_report
from automem_graph.structure.bench import open_bench
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.purse import Unfinished
from automem_graph.structure.result import read_evolution


class GateRule(StrEnum):
    """How the gate judges."""

    SIGN_FLIP = "sign_flip"
    STRICT_MEAN = "strict_mean"


class Search(StrEnum):
    """How the next scaffold to improve is chosen."""

    HILL = "hill"
    POPULATION = "population"


def evolve(
    suite: Annotated[
        str, typer.Argument(help="crafter, minihack, nethack, errands, or a task's name.")
    ],
    tasks: TasksOption = "",
    proposer: Annotated[
        str,
        typer.Option(
            help="Who rewrites the scaffold: offline:reviewer (rules, free), agent (a deep agent "
            "with the model --meta), command:LINE (any coding agent, run in the workspace), or "
            "offline:blind[:SEED] (a control, which draws parts and reads nothing)."
        ),
    ] = "offline:reviewer",
    meta: Annotated[
        str, typer.Option(metavar="MODEL", help="The meta-LLM of the proposer agent.")
    ] = "",
    scaffold: ScaffoldOption = None,
    gameplay: GameplayOption = None,
    specialist: SpecialistOption = None,
    temperature: TemperatureOption = None,
    reply_tokens: ReplyTokensOption = None,
    specialist_temperature: SpecialistTemperatureOption = None,
    specialist_reply_tokens: SpecialistReplyTokensOption = None,
    codec: CodecOption = None,
    steps: StepsOption = None,
    seeds: Annotated[
        str,
        typer.Option(
            help="Seeds of the gate: 42-65.",
            show_default="24 from 42, or 10 where a model may cost something; of a dataset at most "
            "a third",
        ),
    ] = "",
    held_out: Annotated[
        str,
        typer.Option(
            help="Seeds for the end, of which no proposer sees anything.",
            show_default="24 or 10 from 1042; of a dataset at most a third",
        ),
    ] = "",
    rule: Annotated[
        GateRule,
        typer.Option(help="strict_mean is the paper's: any greater mean is kept."),
    ] = GateRule.SIGN_FLIP,
    p: Annotated[
        float, typer.Option("--p", min=0.0001, max=0.5, help="What the test's p must be below.")
    ] = 0.10,
    search: Annotated[
        Search,
        typer.Option(
            help="hill: from the best scaffold so far; population: from several, each of which is "
            "the best in some world."
        ),
    ] = Search.HILL,
    children: Annotated[
        int, typer.Option(min=1, help="Candidates of a population that play at once.")
    ] = 4,
    attempts: Annotated[int, typer.Option(min=1, help="Attempts of one revision.")] = 6,
    revisions: Annotated[
        int, typer.Option(min=1, help="End after so many versions were kept.")
    ] = 5,
    patience: Annotated[
        int, typer.Option(min=1, help="End after so many revisions in a row failed.")
    ] = 1,
    episodes: Annotated[
        int,
        typer.Option(
            min=0,
            help="End before an attempt that could take more episodes than this in all, held-out "
            "ones not counted.",
            show_default="no limit",
        ),
    ] = 0,
    approve: Annotated[
        bool, typer.Option("--approve", help="Ask before a scaffold that has won is kept.")
    ] = False,
    parallel: ParallelOption = None,
    executor: ExecutorOption = Where.LOCAL,
    address: AddressOption = "",
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="The run's folder. [default: runs/evolve-SUITE-WORDS]"),
    ] = None,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    max_hours: MaxHoursOption = None,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rewrite the memory scaffold again and again, and keep only what truly wins.

    Each attempt plays the same worlds as the scaffold that it wants to replace. What wins there by
    an exact test must win again on fresh worlds. In the end, worlds that nobody has tuned on tell
    how much was gained. The same command goes on where it was interrupted; a budget that is used
    up stops it, and a larger one goes on.
    """
    given: dict[str, Any] = {
        name: option.value if isinstance(option, StrEnum) else option
        for name, option in {
            "tasks": tasks, "proposer": proposer, "meta": meta, "scaffold": scaffold,
            "gameplay": gameplay, "specialist": specialist, "temperature": temperature,
            "reply_tokens": reply_tokens, "specialist_temperature": specialist_temperature,
            "specialist_reply_tokens": specialist_reply_tokens, "codec": codec, "steps": steps,
            "gate_seeds": seeds, "held_out_seeds": held_out, "rule": rule, "p": p,
            "search": search, "children": children, "attempts": attempts, "revisions": revisions,
            "patience": patience, "episodes": episodes, "parallel": parallel,
            "run": str(out_dir) if out_dir else None,
        }.items()
        if option is not None
    }  # fmt: skip
    if approve and not sys.stdin.isatty():
        stop("--approve asks on a terminal, and this is none.", USAGE)
    with clear_errors():
        known = read_prices(prices)
        budget = limits(max_tokens, max_cost, max_hours, known)
        context = EvolveContext(suite=suite, approve=approve, **given)
        bench = open_bench(context, lambda _: None, budget)
        follow = Following(
            out, bench, rates(bench.terms.gameplay, bench.terms.specialist, known), quiet=as_json
        )
        with opened(executor, address, parallel) as machine:
            trouble = _run(suite, given, budget, follow, machine, approve=approve)
        if bench.rows:
            found = read_evolution(bench.folder, prices=known)
            page = bench.folder.report
            write_report(read_report([bench.folder.path], page.parent, known), page)
    if trouble is not None:
        stop(*trouble)
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        print_evolution(found, page)


def _run(
    suite: str,
    given: Mapping[str, Any],
    budget: Budget | None,
    follow: Following,
    executor: Executor,
    *,
    approve: bool,
) -> tuple[str, int] | None:
    """Play, and show it; what stopped it before its end and the exit code for that, if anything."""
    asked = ask if approve else None
    with follow:
        try:
            evolve_scaffold(
                suite,
                hear=follow.hear,
                budget=budget,
                approve=asked,
                executor=executor,
                **given,
            )
        except Unfinished as why:
            return str(why), FAILURE
        except KeyboardInterrupt:
            path = follow.bench.folder.path
            return f"stopped; all is kept in {path}, and the same command goes on.", 130
    return None
