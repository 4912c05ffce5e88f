"""The options that several commands share: who plays, on what it is trained, what it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from automem_graph.agent.context import UNUSED
from automem_graph.agent.context import Agent as AgentName
from automem_graph.models.budget import Budget, Price


class Agent(StrEnum):
    """The agents that can be compared on the same worlds."""

    MEMORY = "memory"
    MEMORY_WIPED = "memory-wiped"
    WINDOW = "window"
    WINDOW_COT = "window-cot"
    RANDOM = "random"


class Payloads(StrEnum):
    """Whether texts are sent to LangSmith."""

    ON = "on"
    OFF = "off"


class Codec(StrEnum):
    """The wire forms of actions."""

    TAGS = "tags"
    TOOL_CALLS = "tool_calls"


AgentOption = Annotated[
    Agent | None,
    typer.Option(
        "--agent",
        help="memory-wiped forgets all after every step: the control. Without files: window "
        "sees its last 16 observations, window-cot also thinks aloud, random needs no model.",
        show_default="memory",
    ),
]
GameplayOption = Annotated[
    str | None,
    typer.Option(
        "--gameplay",
        "--model",
        metavar="MODEL",
        help="Who acts: offline:player, provider:model, or vllm:NAME@URL.",
        show_default="offline:player",
    ),
]
SpecialistOption = Annotated[
    str | None,
    typer.Option(
        "--specialist",
        metavar="MODEL",
        help="Who keeps memory.",
        show_default="the gameplay model",
    ),
]
TemperatureOption = Annotated[
    float | None,
    typer.Option("--temperature", min=0, help="How models are sampled.", show_default="1.0"),
]
ReplyTokensOption = Annotated[
    int | None,
    typer.Option("--reply-tokens", min=1, help="Tokens of one reply at most.", show_default="4096"),
]
SpecialistTemperatureOption = Annotated[
    float | None,
    typer.Option(
        "--specialist-temperature",
        min=0,
        help="Where the specialist has another one.",
        show_default=False,
    ),
]
SpecialistReplyTokensOption = Annotated[
    int | None,
    typer.Option(
        "--specialist-reply-tokens",
        min=1,
        help="Where the specialist has another limit.",
        show_default=False,
    ),
]
CodecOption = Annotated[
    Codec | None,
    typer.Option(
        "--codec",
        help="How actions are written: as tags in the text, or as tool calls.",
        show_default="tags",
    ),
]
ScaffoldOption = Annotated[
    str | None,
    typer.Option(
        "--scaffold",
        help="The memory scaffold: v0, or a scaffold's folder.",
        show_default="v0",
    ),
]
RehearseOption = Annotated[
    bool,
    typer.Option(
        "--rehearse",
        help="Try all of it in minutes on a CPU: a tiny base model, in a small world of its own.",
    ),
]
BaseOption = Annotated[
    str,
    typer.Option("--base", metavar="MODEL", help="The base model: local:FOLDER, with its weights."),
]
CollectSeedsOption = Annotated[
    str, typer.Option("--collect-seeds", help="Seeds to train on.", show_default="64 from 20042")
]
RecipesOption = Annotated[
    int | None,
    typer.Option(
        "--recipes",
        min=1,
        help="Loop 2: trials of recipes at most.",
        show_default="3; of a rehearsal 1",
    ),
]
TrialSeedsOption = Annotated[
    str,
    typer.Option("--trial-seeds", help="Seeds to judge adapters on.", show_default="48 from 30042"),
]

TasksOption = Annotated[
    str,
    typer.Option(help="Only these of the suite: mazewalk-9x9,quest-easy.", show_default="all"),
]
StepsOption = Annotated[
    int | None,
    typer.Option(min=1, help="World actions of an episode.", show_default="the task's own"),
]
ParallelOption = Annotated[
    int | None,
    typer.Option(min=1, help="Episodes at once.", show_default="as the model allows"),
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Play and train nothing: estimate what it would cost."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON and nothing else.")
]

MaxTokensOption = Annotated[
    int | None,
    typer.Option(
        "--max-tokens",
        min=1,
        metavar="N",
        help="Stop before all model calls, earlier sittings' too, come to more tokens than these.",
        show_default="no limit",
    ),
]
MaxCostOption = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        min=0.01,
        metavar="USD",
        help="Stop before all model calls, earlier sittings' too, cost more than this.",
        show_default="no limit",
    ),
]
MaxHoursOption = Annotated[
    float | None,
    typer.Option(
        "--max-hours",
        min=0,
        metavar="H",
        help="Begin no model call after this time.",
        show_default="no limit",
    ),
]
MaxNonsenseOption = Annotated[
    int | None,
    typer.Option(
        "--max-nonsense",
        min=1,
        metavar="N",
        help="An episode fails after so many steps in a row in which its model commits no action.",
        show_default="no limit",
    ),
]
PricesOption = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        metavar="FILE",
        help="What models cost, as JSON: see docs/budgets.md.",
        show_default="a few list prices",
    ),
]
TracePayloadsOption = Annotated[
    Payloads,
    typer.Option(
        "--trace-payloads",
        help="off: where LangSmith is used, it gets names, times, tokens and scores, but no texts.",
    ),
]


def limits(
    max_tokens: int | None,
    max_cost: float | None,
    max_hours: float | None,
    prices: Mapping[str, Price],
) -> Budget | None:
    """The budget that the user has set; None where nothing is limited."""
    if max_tokens is None and max_cost is None and max_hours is None:
        return None
    return Budget(max_tokens=max_tokens, max_cost=max_cost, max_hours=max_hours, prices=prices)


def named(ctx: typer.Context, **options: Any) -> Mapping[str, Any]:
    """The fields of PlayContext that somebody has named; all others keep their defaults.

    A setting that the agent has no use for is left out; on the command line it is a mistake, which
    is told later.
    """
    said: dict[str, Any] = {
        name: option.value if isinstance(option, StrEnum) else option
        for name, option in options.items()
        if option is not None
    }
    agent: AgentName = said.get("agent", "memory")
    idle = UNUSED[agent].keys() - typed(ctx, said).keys()
    return {name: value for name, value in said.items() if name not in idle}


def typed(ctx: typer.Context, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of the given that come from the command line, not from settings."""
    return {name: value for name, value in given.items() if _is_typed(ctx, name)}


def _is_typed(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
