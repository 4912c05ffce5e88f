"""What a run of loop 2 is asked to do; every field is described for Studio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from automem_graph.models.sampling import PAPER


@dataclass(frozen=True, kw_only=True)
class TrainContext:
    """Context of one run of the loop. The same values always go on in the same folder."""

    task: Annotated[str, Field(description="The task that memory is trained for.")] = "gates"
    scaffold: Annotated[
        str, Field(description="The scaffold to train for: the best one of loop 1, or a folder.")
    ] = "terse"
    base: Annotated[
        str,
        Field(
            description="The base model: local:FOLDER. Empty builds the tiny one of the rehearsal."
        ),
    ] = ""
    decider: Annotated[
        str,
        Field(
            description="Who decides on recipes: offline:engineer, agent (a deep agent with the "
            "model `meta`), or command:LINE for any coding agent."
        ),
    ] = "offline:engineer"
    meta: Annotated[
        str, Field(description="The meta-LLM of the decider `agent`: provider:model.")
    ] = ""
    recipes: Annotated[int, Field(ge=1, description="Trials of recipes at most.")] = 3
    temperature: Annotated[float, Field(ge=0, description="How the models are sampled.")] = (
        PAPER.temperature
    )
    reply_tokens: Annotated[int, Field(ge=1, description="Tokens of one reply at most.")] = (
        PAPER.max_tokens
    )
    steps: Annotated[
        int, Field(ge=0, description="World actions of an episode; 0 means the task's own limit.")
    ] = 0
    collect_seeds: Annotated[
        str, Field(description="Seeds whose episodes are trained on: 20042-20105.")
    ] = ""
    trial_seeds: Annotated[
        str,
        Field(description="Seeds that recipes are judged on; none is trained on."),
    ] = ""
    held_out_seeds: Annotated[
        str, Field(description="Seeds that only the base and the promoted adapter play, at last.")
    ] = ""
    margin: Annotated[
        float,
        Field(ge=0, le=1, description="How much less progression counts as not inferior."),
    ] = 0.05
    approve: Annotated[bool, Field(description="Ask a person before an adapter is trained.")] = (
        False
    )
    parallel: Annotated[
        int, Field(ge=0, description="Episodes at once; 0 means as the model allows.")
    ] = 0
    run: Annotated[
        str, Field(description="The run's folder; empty means runs/train-TASK-WORDS.")
    ] = ""
