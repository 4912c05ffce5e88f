"""`automem play`: one episode, live, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.cli.branch import branch
from automem_graph.cli.console import FAILURE, USAGE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.live import LiveView
from automem_graph.cli.options import (
    AgentOption,
    CodecOption,
    GameplayOption,
    MaxCostOption,
    MaxHoursOption,
    MaxNonsenseOption,
    MaxTokensOption,
    Payloads,
    PricesOption,
    ReplyTokensOption,
    ScaffoldOption,
    SpecialistOption,
    SpecialistReplyTokensOption,
    SpecialistTemperatureOption,
    TemperatureOption,
    TracePayloadsOption,
    limits,
    named,
    typed,
)
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.metrics import MEANINGS
from automem_graph.episodes.play import EpisodeResult, play_episode, read_result
from automem_graph.episodes.spending import metered
from automem_graph.episodes.tracing import hide_texts
from automem_graph.evaluation.prices import read_prices
from automem_graph.models.budget import Budget, Price, rates
from automem_graph.worlds.registry import find_playable, worlds_of


def play(
    ctx: typer.Context,
    task: Annotated[
        str | None,
        typer.Argument(help="The world: crafter, nethack, minihack-..., or module:attribute."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=2**31 - 1, help="Same seed, same world.", show_default="42; 0 of a dataset"
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=0, help="World actions at most.", show_default="the task's own limit"),
    ] = None,
    gameplay: GameplayOption = None,
    specialist: SpecialistOption = None,
    temperature: TemperatureOption = None,
    reply_tokens: ReplyTokensOption = None,
    specialist_temperature: SpecialistTemperatureOption = None,
    specialist_reply_tokens: SpecialistReplyTokensOption = None,
    codec: CodecOption = None,
    scaffold: ScaffoldOption = None,
    agent: AgentOption = None,
    from_episode: Annotated[
        Path | None, typer.Option("--from", help="Branch off this episode, at the step of --at.")
    ] = None,
    at: Annotated[
        int | None, typer.Option(min=0, help="With --from: the first step that is played anew.")
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="The run's folder. [default: runs/TASK-WORDS]")
    ] = None,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    max_hours: MaxHoursOption = None,
    max_nonsense: MaxNonsenseOption = None,
    prices: PricesOption = None,
    trace_payloads: TracePayloadsOption = Payloads.ON,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON and nothing else.")
    ] = False,
) -> None:
    """Play one episode with a memory made of files, and journal all of it.

    The default needs no key and no network: offline:player is a rule-based stand-in for a model.
    Playing the same episode again shows what is there; an interrupted one goes on where it
    stopped.

    With --from EPISODE --at STEP another episode's world and files are rebuilt as they were then,
    and a new episode goes on from there, with another model or scaffold where one is named.
    """
    asked = named(
        ctx,
        seed=seed,
        steps=steps,
        gameplay=gameplay,
        specialist=specialist,
        temperature=temperature,
        reply_tokens=reply_tokens,
        specialist_temperature=specialist_temperature,
        specialist_reply_tokens=specialist_reply_tokens,
        codec=codec,
        scaffold=scaffold,
        agent=agent,
    )
    if trace_payloads is Payloads.OFF:
        hide_texts()
    with clear_errors():
        if from_episode is not None:
            if task is not None or seed is not None or out_dir is not None:
                stop("--from goes on in the same world and run: leave TASK, --seed, --out.", USAGE)
            context, episode = branch(from_episode, at, typed(ctx, asked))
        elif task is None or at is not None:
            stop("name a TASK, such as crafter, or --from EPISODE --at STEP.", USAGE)
        else:
            run = str(out_dir or "")
            if seed is None and worlds_of(task) is not None:
                asked = {**asked, "seed": 0}
            context, episode = PlayContext(task=task, run=run, steps_per_run=50, **asked), None
        context = replace(context, max_nonsense=max_nonsense or 0)
        known = read_prices(prices)
        budget = limits(max_tokens, max_cost, max_hours, known)
        result, folder, existed = _play(context, episode, budget, known, quiet=as_json)
    if as_json:
        print_json(result.model_dump_json(indent=2))
    else:
        _summary(result, folder, existed=existed)
    if result.status == "stopped":
        stop(f"{result.error}. The same command with a larger budget goes on there.", FAILURE)
    if result.status == "failed":
        stop(f"the episode failed: {result.error}. The same command goes on there.", FAILURE)


def _play(
    context: PlayContext,
    episode: str | None,
    budget: Budget | None,
    prices: Mapping[str, Price],
    *,
    quiet: bool,
) -> tuple[EpisodeResult, EpisodeFolder, bool]:
    with EpisodeDesks() as plain:
        folder, asked = plain.folder(context), plain.asked(context)
    folder = folder.run.episode(episode or folder.id)
    kept = read_result(folder)
    if kept is not None and kept.status == "done":
        return kept, folder, True
    find_playable(asked.task)
    if budget is not None:
        budget.check(name for name, _ in asked.models.values())
    title = f"{asked.task}, seed {context.seed}, {asked.player}"
    with ExitStack() as open_:
        meter = open_.enter_context(metered(budget, folder.run, [folder]))
        paid = rates(asked.gameplay, asked.specialist, prices)
        view = None if quiet else open_.enter_context(LiveView(out, title, asked.steps, paid))
        listener = view.hear if view else None
        desks = open_.enter_context(EpisodeDesks(listener=listener, meter=meter))
        return play_episode(desks, context, episode), folder, False


def _summary(result: EpisodeResult, folder: EpisodeFolder, *, existed: bool) -> None:
    if existed:
        out.print("This episode has been played already; this is what is there.\n")
    ended = {"world": "the world ended it", "limit": "the step limit ended it", None: "unfinished"}
    score = "no score" if result.progression is None else f"progression {result.progression:.2%}"
    out.print(
        shown(
            f"{result.asked.task}, seed {result.seed}: {score} in {result.steps:,} steps "
            f"({ended[result.ended]}).\n"
        )
    )
    if result.metrics is not None:
        table = Table.grid(padding=(0, 2))
        for name, value in result.metrics.shown().items():
            table.add_row(name, value, f"[dim]{MEANINGS[name]}[/dim]")
        out.print(table)
    out.print(shown(f"\ntrace   {folder.trace}\nmemory  {folder.memory}"), soft_wrap=True)
    out.print(shown(f"read a step: automem trace {folder.path} --step 10"), soft_wrap=True)
