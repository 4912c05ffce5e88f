"""Who plays: the options that `automem play` and `automem evaluate` share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer


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


TracePayloadsOption = Annotated[
    Payloads,
    typer.Option(
        "--trace-payloads",
        help="off: where LangSmith is used, it gets names, times, tokens and scores, but no texts.",
    ),
]


def named(**options: Any) -> Mapping[str, Any]:
    """The fields of PlayContext that the user has named; all others keep their defaults."""
    return {
        name: option.value if isinstance(option, StrEnum) else option
        for name, option in options.items()
        if option is not None
    }
