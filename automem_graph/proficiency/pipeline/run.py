"""`run_pipeline`: evolve, train, and the held-out table, with the words of `automem pipeline`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from automem_graph.episodes.hold import held
from automem_graph.episodes.layout import write_json
from automem_graph.models.budget import Budget
from automem_graph.proficiency.bench import Tools
from automem_graph.proficiency.bench import open_bench as open_training
from automem_graph.proficiency.decider import Decider
from automem_graph.proficiency.ledger import BASE
from automem_graph.proficiency.pipeline.context import PipelineContext
from automem_graph.proficiency.pipeline.events import Listener, Stage, StageName
from automem_graph.proficiency.pipeline.final import Final, adopt_base, play_final
from automem_graph.proficiency.pipeline.plan import Plan, plan_pipeline
from automem_graph.proficiency.pipeline.result import Pipeline, read_pipeline
from automem_graph.proficiency.result import Training
from automem_graph.proficiency.train import train_specialist
from automem_graph.proficiency.trainer import Trainer
from automem_graph.protocols import Executor
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.playing import kept
from automem_graph.structure.purse import Unfinished
from automem_graph.structure.result import Evolution, read_evolution


def run_pipeline(
    task: str = PipelineContext.task,
    *,
    hear: Listener | None = None,
    budget: Budget | None = None,
    decider: str | Decider = "",
    trainer: Trainer | None = None,
    executor: Executor | None = None,
    **settings: Any,
) -> Pipeline:
    """Improve a scaffold, train a specialist for it, and play what both are worth.

    The rows of the result are v0, + loop 1 and + loop 2, played by one base model on seeds by which
    neither loop has chosen anything. A loop that keeps nothing is a row like the one above it.
    `settings` are the other fields of `PipelineContext`: base, meta, gate_seeds, ... The same call
    goes on where an earlier one was interrupted, in the same folder, and pays for nothing twice;
    `budget` is for all of it. `executor` plays the episodes, and is closed by whoever gave it; by
    default that is this machine.

    Raises `Unfinished` where it cannot go on now (a server is down, the budget is used up); what
    stands in the way from the start (UnknownTask, TaskUnavailable, UnknownModel, UnknownProposer,
    UnknownDecider, ScaffoldError, BadSeeds, Unpriced, RunError, also where another process is at
    it) at once.
    """
    own = None if isinstance(decider, str) else decider
    name = decider if isinstance(decider, str) else decider.name
    context = PipelineContext(task=task, decider=name, **settings)
    tell = hear or (lambda _: None)
    plan = plan_pipeline(context, tell, budget, Tools(own, trainer))
    with held(plan.folder.path), kept(executor, context.parallel) as machine:
        evolution = _evolve(plan, tell, machine)
        training = _train(plan, evolution, tell, machine)
        with _stage(plan, "final", tell, final := Final(plan, tell, machine)):
            play_final(final, evolution, training)
        found = read_pipeline(plan.folder)
        write_json(plan.folder.result, found.model_dump(mode="json"))
    return found


def _evolve(plan: Plan, tell: Listener, executor: Executor) -> Evolution:
    """Loop 1 to its end; once loop 2 stands on what it found, it is over."""
    if not plan.trains:
        with _stage(plan, "evolve", tell, plan.evolving):
            settings = vars(plan.evolving.context) | {"approve": None}
            evolve_scaffold(
                hear=tell, budget=plan.purse.of_stage("evolve"), executor=executor, **settings
            )
    return read_evolution(plan.folder.evolve)


def _train(plan: Plan, evolution: Evolution, tell: Listener, executor: Executor) -> Training:
    """Loop 2 on the best scaffold, with what loop 1 has played of the held-out seeds."""
    where = plan.folder.train.path
    context = plan.context.train(plan.base, evolution.scaffold, plan.held_out, where)
    bench = open_training(context, tell, tools=plan.tools)
    adopt_base(plan, bench.folder.play(BASE), evolution.scaffold)
    with _stage(plan, "train", tell, bench):
        settings = vars(context) | {
            "approve": None,
            "decider": plan.tools.decider or context.decider,
        }
        return train_specialist(
            hear=tell,
            budget=plan.purse.of_stage("train"),
            trainer=plan.tools.trainer,
            executor=executor,
            **settings,
        )


@contextmanager
def _stage(plan: Plan, stage: StageName, tell: Listener, bench: object) -> Iterator[None]:
    """Tell that it begins; where a budget ends it, the figure is the user's, not the stage's."""
    tell(Stage(stage=stage, folder=str(plan.folder.path / stage), bench=bench))
    try:
        yield
    except Unfinished:
        plan.purse.left()
        raise
