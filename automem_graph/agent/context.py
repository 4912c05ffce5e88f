"""What a run of the inner loop is asked to do; every field is described for Studio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


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
        str, Field(description="The model that acts: offline:player, or provider:model.")
    ] = "offline:player"
    specialist: Annotated[
        str, Field(description="The model that keeps memory; empty means the gameplay model.")
    ] = ""
    scaffold: Annotated[
        str, Field(description="The memory scaffold: a shipped name such as v0, or a folder.")
    ] = "v0"
    agent: Annotated[
        Literal["memory", "memory-wiped"],
        Field(description="memory, or its control: files and hook state wiped after every step."),
    ] = "memory"
    run: Annotated[
        str, Field(description="The run's folder; empty makes one of its own for this thread.")
    ] = ""
    steps_per_run: Annotated[
        int,
        Field(ge=1, le=100, description="A run pauses at multiples of this; run again to go on."),
    ] = 10
