"""What a run of loop 2 is asked to do; every field is described for Studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

from pydantic import Field

from automem_graph.episodes.desks import RUNS
from automem_graph.episodes.identity import thread_run_name
from automem_graph.models.sampling import PAPER

PLAYING = ("steps", "temperature", "reply_tokens")
"""The fields that say how episodes are played; PlayContext has them too."""


@dataclass(frozen=True, kw_only=True)
class TrainContext:
    """Context of one run of the loop. The same values always go on in the same folder."""

    task: Annotated[
        str, Field(description="What memory is trained for: a task, or crafter, minihack, nethack.")
    ] = "gates"
    tasks: Annotated[
        str, Field(description="Only these tasks of the suite, comma-separated; empty means all.")
    ] = ""
    scaffold: Annotated[
        str, Field(description="The scaffold to train for: the best one of loop 1, or a folder.")
    ] = "terse"
    base: Annotated[
        str,
        Field(
            description="The base model: local:FOLDER. Empty builds the tiny one of the rehearsal."
        ),
    ] = ""
    served: Annotated[
        str,
        Field(
            description="Where the base is served, and takes adapters while it runs: "
            "vllm:NAME@URL. Empty plays it in this process."
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
        str,
        Field(description="Seeds whose episodes are trained on; empty means 64 from 20042."),
    ] = ""
    trial_seeds: Annotated[
        str,
        Field(
            description="Seeds that adapters are judged on, none of which is trained on; empty "
            "means 48 from 30042."
        ),
    ] = ""
    held_out_seeds: Annotated[
        str,
        Field(
            description="Seeds that only the base, the control and the promoted adapter play, at "
            "last; empty means 48 from 40042."
        ),
    ] = ""
    margin: Annotated[
        float,
        Field(ge=0, le=1, description="How much less progression counts as not inferior."),
    ] = 0.05
    approve: Annotated[bool, Field(description="Ask a person before an adapter is trained.")] = (
        False
    )
    trainer_python: Annotated[
        str,
        Field(description="The Python that trains, of any environment; empty means this one."),
    ] = ""
    accelerate: Annotated[
        str,
        Field(
            description="Arguments of accelerate launch, to train on several GPUs: "
            "--multi_gpu --num_processes 4, or --config_file FILE."
        ),
    ] = ""
    parallel: Annotated[
        int, Field(ge=0, description="Episodes at once; 0 means as the model allows.")
    ] = 0
    run: Annotated[
        str,
        Field(
            description="The run's folder; empty means runs/studio-THREAD, without a thread "
            "runs/train-TASK-WORDS."
        ),
    ] = ""

    def playing(self) -> Mapping[str, Any]:
        """The fields of PlayContext that this says something about, but for models and scaffold."""
        return {name: getattr(self, name) for name in PLAYING}


def context_of(
    given: Mapping[str, Any] | TrainContext | None, thread: str | None = None
) -> TrainContext:
    """A context from what a graph was given, which Studio sends as a mapping.

    Where it names no folder, each thread of a server has one of its own.
    """
    if not isinstance(given, TrainContext):
        known = {field.name for field in fields(TrainContext)}
        given = TrainContext(
            **{name: value for name, value in (given or {}).items() if name in known}
        )
    if given.run or not thread:
        return given
    return replace(given, run=str(RUNS / thread_run_name(thread)))
