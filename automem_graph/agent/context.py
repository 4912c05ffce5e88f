"""What a run of a graph is asked to do; every field is described for Studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from automem_graph.agent.codecs import CodecName
from automem_graph.models.sampling import PAPER

Agent = Literal["memory", "memory-wiped", "window", "window-cot", "random"]

MEMORY_AGENTS: tuple[Agent, ...] = ("memory", "memory-wiped")
"""Agents whose memory is files; the graph `inner_loop` plays them."""

BASELINES: tuple[Agent, ...] = ("window", "window-cot", "random")
"""Agents without memory files, to compare with; the graph `baseline` plays them."""

_FOR_MEMORY = {
    "scaffold": "scaffold",
    "codec": "codec",
    "specialist": "specialist",
    "specialist_temperature": "specialist",
    "specialist_reply_tokens": "specialist",
}

UNUSED: Mapping[Agent, Mapping[str, str]] = MappingProxyType(
    {
        "memory": {},
        "memory-wiped": {},
        "window": _FOR_MEMORY,
        "window-cot": _FOR_MEMORY,
        "random": {
            **_FOR_MEMORY,
            "gameplay": "model",
            "temperature": "temperature",
            "reply_tokens": "limit of tokens",
        },
    }
)
"""The fields of the context that an agent has no use for, and what people call them."""

SAMPLED = ("temperature", "reply_tokens", "specialist_temperature", "specialist_reply_tokens")
"""The fields of the context that say how models are sampled."""


@dataclass(frozen=True, kw_only=True)
class PlayContext:
    """Context of one run of the graph. The same values always name the same episode."""

    task: Annotated[str, Field(description="The world to play, for example crafter.")] = "crafter"
    seed: Annotated[
        int,
        Field(ge=0, le=2**31 - 1, description="Which world of the task: same seed, same world."),
    ] = 42
    steps: Annotated[
        int, Field(ge=0, description="World actions at most; 0 means the task's own limit.")
    ] = 0
    gameplay: Annotated[
        str,
        Field(
            description="Who acts: offline:player, provider:model, or in a task of conversations "
            "an agent of your own, agent:module:attribute."
        ),
    ] = "offline:player"
    specialist: Annotated[
        str, Field(description="The model that keeps memory; empty means the gameplay model.")
    ] = ""
    temperature: Annotated[
        float, Field(ge=0, description="How models are sampled; offline ones ignore it.")
    ] = PAPER.temperature
    reply_tokens: Annotated[
        int, Field(ge=1, description="Tokens of one reply at most, thoughts included.")
    ] = PAPER.max_tokens
    specialist_temperature: Annotated[
        float | None, Field(ge=0, description="Where the specialist is sampled in another way.")
    ] = None
    specialist_reply_tokens: Annotated[
        int | None, Field(ge=1, description="Where the specialist has another limit.")
    ] = None
    codec: Annotated[
        CodecName,
        Field(description="How actions are written: tags in the text, or tool calls."),
    ] = "tags"
    scaffold: Annotated[
        str, Field(description="The memory scaffold: a shipped name such as v0, or a folder.")
    ] = "v0"
    agent: Annotated[
        Agent,
        Field(
            description="memory, or its control: files and hook state wiped after every step. "
            "The graph `baseline` plays window, window-cot and random."
        ),
    ] = "memory"
    run: Annotated[
        str, Field(description="The run's folder; empty makes one of its own for this thread.")
    ] = ""
    steps_per_run: Annotated[
        int,
        Field(ge=1, le=50, description="A run pauses at multiples of this; run again to go on."),
    ] = 10
    max_nonsense: Annotated[
        int,
        Field(ge=0, description="Fail after so many steps in a row without a commit; 0: never."),
    ] = 0


@dataclass(frozen=True, kw_only=True)
class BaselineContext(PlayContext):
    """Context of a run of the graph `baseline`, which plays other agents."""

    agent: Annotated[
        Literal["window", "window-cot", "random"],
        Field(
            description="window sees its last 16 observations, window-cot also thinks aloud, "
            "random draws actions and needs no model."
        ),
    ] = "window"
