"""What a run of loop 1 is asked to do; every field is described for Studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

from pydantic import Field

from automem_graph.agent.codecs import CodecName
from automem_graph.episodes.desks import RUNS
from automem_graph.episodes.identity import thread_run_name
from automem_graph.models.sampling import PAPER
from automem_graph.structure.gate import RuleName
from automem_graph.structure.layout import SearchName

PLAYING = (
    *("steps", "gameplay", "specialist", "temperature", "reply_tokens"),
    *("specialist_temperature", "specialist_reply_tokens", "codec"),
)
"""The fields that say how episodes are played; PlayContext has them too."""


@dataclass(frozen=True, kw_only=True)
class EvolveContext:
    """Context of one run of the loop. The same values always go on in the same folder."""

    suite: Annotated[
        str,
        Field(description="What to get better at: crafter, minihack, nethack, errands, or a task."),
    ] = "crafter"
    tasks: Annotated[
        str, Field(description="Only these tasks of the suite, comma-separated; empty means all.")
    ] = ""
    scaffold: Annotated[
        str,
        Field(description="The scaffold to begin with: a shipped one (v0), or a folder."),
    ] = "v0"
    proposer: Annotated[
        str,
        Field(
            description="Who rewrites the scaffold: offline:reviewer, agent (a deep agent with the "
            "model `meta`), command:LINE for any coding agent, or offline:blind[:SEED], a control "
            "that draws parts and reads nothing."
        ),
    ] = "offline:reviewer"
    meta: Annotated[
        str, Field(description="The meta-LLM of the proposer `agent`: provider:model.")
    ] = ""
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
        float, Field(ge=0, description="How the players are sampled; offline ones ignore it.")
    ] = PAPER.temperature
    reply_tokens: Annotated[
        int, Field(ge=1, description="Tokens of one reply of a player at most.")
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
    steps: Annotated[
        int, Field(ge=0, description="World actions of an episode; 0 means the task's own limit.")
    ] = 0
    gate_seeds: Annotated[
        str,
        Field(
            description="Seeds that a challenger is tried on: 42-65. Empty means 24 from 42, or 10 "
            "where a model may cost something."
        ),
    ] = ""
    held_out_seeds: Annotated[
        str,
        Field(
            description="Seeds that only the first and the last scaffold play, in the end. Empty "
            "means 24 from 1042, or 10."
        ),
    ] = ""
    rule: Annotated[
        RuleName,
        Field(
            description="How the gate judges: sign_flip (exact test on paired scores), or "
            "strict_mean (the paper's: a greater mean is enough)."
        ),
    ] = "sign_flip"
    p: Annotated[
        float, Field(gt=0, lt=1, description="What the sign-flip test's p must be below.")
    ] = 0.10
    search: Annotated[
        SearchName,
        Field(
            description="How to search: hill (from the best scaffold so far), or population (from "
            "several, each of which is the best in some world)."
        ),
    ] = "hill"
    children: Annotated[
        int,
        Field(
            ge=1, description="Candidates of one generation of a population, which play at once."
        ),
    ] = 4
    attempts: Annotated[int, Field(ge=1, description="Attempts of one revision.")] = 6
    revisions: Annotated[
        int, Field(ge=1, description="The search ends after so many versions that were kept.")
    ] = 5
    patience: Annotated[
        int,
        Field(ge=1, description="It also ends after so many revisions in a row that all failed."),
    ] = 1
    episodes: Annotated[
        int,
        Field(
            ge=0,
            description="Episodes of the whole search at most, held-out ones not counted; 0 means "
            "no limit.",
        ),
    ] = 0
    approve: Annotated[
        bool, Field(description="Ask a person before a scaffold that has won is kept.")
    ] = False
    parallel: Annotated[
        int, Field(ge=0, description="Episodes at once; 0 means as the model allows.")
    ] = 0
    run: Annotated[
        str,
        Field(
            description="The run's folder; empty means runs/studio-THREAD, without a thread "
            "runs/evolve-SUITE-WORDS."
        ),
    ] = ""

    def playing(self) -> Mapping[str, Any]:
        """The fields of PlayContext that this says something about, but for the scaffold."""
        return {name: getattr(self, name) for name in PLAYING}


def context_of(
    given: Mapping[str, Any] | EvolveContext | None, thread: str | None = None
) -> EvolveContext:
    """A context from what a graph was given, which Studio sends as a mapping.

    Where it names no folder, each thread of a server has one of its own.
    """
    if not isinstance(given, EvolveContext):
        known = {field.name for field in fields(EvolveContext)}
        given = EvolveContext(
            **{name: value for name, value in (given or {}).items() if name in known}
        )
    if given.run or not thread:
        return given
    return replace(given, run=str(RUNS / thread_run_name(thread)))
