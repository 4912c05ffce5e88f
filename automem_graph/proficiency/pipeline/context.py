"""What a pipeline is asked to do, and what that makes of each loop."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from automem_graph.evaluation.seeds import name_seeds
from automem_graph.evaluation.suite import choose
from automem_graph.models.sampling import PAPER
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.deciders.opening import ENGINEER
from automem_graph.proficiency.terms import SETS
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.proposers.opening import AGENT, REVIEWER
from automem_graph.worlds.registry import suite, worlds_of


@dataclass(frozen=True, kw_only=True)
class PipelineContext:
    """Context of one run of the pipeline. The same values always go on in the same folder.

    Fields are those of `EvolveContext` and `TrainContext`; both loops get the same base model,
    sampling, limits and held-out seeds, so that their episodes can be laid side by side.
    """

    task: str = TrainContext.task
    tasks: str = ""
    base: str = ""
    """`local:FOLDER`; empty builds the tiny one of the rehearsal."""
    scaffold: str = EvolveContext.scaffold
    """The one to begin with, which is v0 of the table."""
    proposer: str = ""
    decider: str = ""
    """Empty: `agent` where a meta-LLM is named, else by rules."""
    meta: str = ""
    gate_seeds: str = ""
    collect_seeds: str = ""
    trial_seeds: str = ""
    held_out_seeds: str = ""
    """Seeds of the table; empty means 48 from 40042, of a dataset at most a third."""
    attempts: int = EvolveContext.attempts
    revisions: int = EvolveContext.revisions
    recipes: int = TrainContext.recipes
    margin: float = TrainContext.margin
    steps: int = 0
    temperature: float = PAPER.temperature
    reply_tokens: int = PAPER.max_tokens
    parallel: int = 0
    run: str = ""
    """The run's folder; empty means runs/pipeline-TASK-WORDS."""

    def evolve(self, base: str, run: Path | str = "") -> EvolveContext:
        """Loop 1 with this base model as its player, in this folder."""
        return EvolveContext(
            suite=self.task,
            proposer=self.proposer or (AGENT if self.meta else REVIEWER),
            gameplay=base,
            held_out_seeds=self.held_out_seeds or self._default(),
            run=str(run),
            **self._shared(EvolveContext, "scaffold", "gate_seeds", "attempts", "revisions"),
        )

    def train(
        self, base: str, scaffold: Path, held_out: tuple[int, ...], run: Path | str = ""
    ) -> TrainContext:
        """Loop 2 on a scaffold, in this folder."""
        return TrainContext(
            base=base,
            scaffold=str(scaffold),
            decider=self.decider or (AGENT if self.meta else ENGINEER),
            held_out_seeds=name_seeds(held_out),
            run=str(run),
            **self._shared(
                TrainContext, "task", "collect_seeds", "trial_seeds", "recipes", "margin"
            ),
        )

    def _shared(self, loop: type, *own: str) -> dict[str, Any]:
        """What has the same name here and there, and means the same."""
        names = {field.name for field in fields(loop)}
        both = ("tasks", "meta", "steps", "temperature", "reply_tokens", "parallel", *own)
        assert names.issuperset(both)
        return {name: getattr(self, name) for name in both}

    def _default(self) -> str:
        """Loop 2's held-out seeds; of a task with only so many worlds, loop 1 parts them."""
        first, most = SETS["held_out"]
        any_seed = worlds_of(choose(suite(self.task), self.tasks)[0]) is None
        return f"{first}-{first + most - 1}" if any_seed else ""
