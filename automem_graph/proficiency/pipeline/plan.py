"""A pipeline before anything is played: its folder, its base model, what both loops are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from automem_graph.episodes.desks import RUNS
from automem_graph.episodes.identity import words_for
from automem_graph.episodes.many import JobEvent
from automem_graph.evaluation.seeds import BadSeeds
from automem_graph.models.budget import Budget
from automem_graph.proficiency.bench import NO_TOOLS, Tools, base_of
from automem_graph.proficiency.deciders.opening import open_decider
from automem_graph.proficiency.events import Event as TrainEvent
from automem_graph.proficiency.pipeline.context import PipelineContext
from automem_graph.proficiency.pipeline.layout import PipelineFolder
from automem_graph.proficiency.pipeline.purse import Purse
from automem_graph.proficiency.terms import Terms, terms_of
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench
from automem_graph.structure.bench import open_bench as open_evolution
from automem_graph.structure.lineage import read_rows
from automem_graph.structure.terms import terms_of as evolution_terms_of

Tell = Callable[[TrainEvent | JobEvent], None]


@dataclass(frozen=True)
class Plan:
    """What both loops are asked, and what they share."""

    context: PipelineContext
    folder: PipelineFolder
    base: str
    evolving: Bench
    """Loop 1's; nothing of it is played yet."""
    training: Terms
    """Loop 2's, as if loop 1 kept nothing: the scaffold alone may be another one."""
    purse: Purse
    tools: Tools

    @property
    def held_out(self) -> tuple[int, ...]:
        """The seeds of the table."""
        return self.evolving.terms.held_out

    @property
    def trains(self) -> bool:
        """Whether loop 2 has begun: it stands on what loop 1 had found by then."""
        return self.folder.train.asked.exists()


def plan_pipeline(
    context: PipelineContext, tell: Tell, budget: Budget | None = None, tools: Tools = NO_TOOLS
) -> Plan:
    """Open or begin the run's folder; without a base model the rehearsal's is built.

    Raises what stands in the way of either loop (UnknownTask, TaskUnavailable, UnknownModel,
    UnknownProposer, UnknownDecider, ScaffoldError, BadSeeds, RunError, Unpriced).
    """
    base = base_of(context.train(context.base, Path(), ()), tell)
    first = load_scaffold(context.scaffold)
    evolution = evolution_terms_of(context.evolve(base), first)[0]
    asked = context.train(base, first.path, evolution.held_out)
    if tools.decider is None:
        open_decider(asked.decider, meta=asked.meta)  # a typo is told before loop 1 is played
    training = terms_of(asked, base, first)[0]
    named: dict[str, object] = {
        "evolve": evolution.model_dump(mode="json", exclude={"held_out"}),
        "train": training.model_dump(mode="json", exclude={"held_out"}),
    }
    default = RUNS / f"pipeline-{training.suite}-{words_for(named)}"
    folder = PipelineFolder(Path(context.run) if context.run else default)
    _refuse_chosen(folder, evolution.held_out)
    evolving = open_evolution(context.evolve(base, folder.evolve.path), lambda _: None, budget)
    purse = Purse(budget, folder, base, training.meta)
    return Plan(context, folder, base, evolving, training, purse, tools)


def _refuse_chosen(folder: PipelineFolder, held_out: tuple[int, ...]) -> None:
    """BadSeeds for seeds that a scaffold was chosen by before they were to be held out."""
    chosen = {
        pair.seed
        for row in read_rows(folder.evolve.lineage)
        for match in (row.trial, row.confirmation)
        for pair in (match.pairs if match else ())
    }
    if both := sorted(chosen & {*held_out}):
        raise BadSeeds(
            f"seed {both[0]} has helped to choose a scaffold in {folder.path} and cannot be held "
            "out: choose other seeds"
        )
