"""The table's episodes: v0, loop 1's best scaffold, and the specialist on it, on held-out seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from automem_graph.episodes.keep import extend_run, keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.evaluation.suite import Plan as Evaluation
from automem_graph.evaluation.suite import plan
from automem_graph.models.budget import Budget
from automem_graph.proficiency.context import PLAYING
from automem_graph.proficiency.pipeline.adopt import adopt
from automem_graph.proficiency.pipeline.plan import Plan
from automem_graph.proficiency.result import Training
from automem_graph.protocols import Executor
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.playing import (
    play_jobs,
    refuse_failed,
    refuse_stopped,
    refuse_unserved,
)
from automem_graph.structure.result import Evolution

Name = Literal["v0", "+ loop 1", "+ loop 2"]
FOLDERS: Mapping[Name, str] = {"v0": "v0", "+ loop 1": "loop-1", "+ loop 2": "loop-2"}
"""The rows of the table, and where the episodes of each lie below `final/`."""


@dataclass(frozen=True)
class Side:
    """Who plays a row of the table."""

    scaffold: Path
    specialist: str = ""
    """Empty: the base model alone."""


@dataclass(frozen=True)
class Final:
    """What playing needs to know (see `structure.playing.Host`)."""

    plan: Plan
    tell: Callable[[Any], None]
    executor: Executor

    @property
    def budget(self) -> Budget | None:
        return self.plan.purse.budget

    def left(self, playing: tuple[EpisodeFolder, ...] = ()) -> Budget | None:
        """What of the budget is left for these episodes; Unfinished where that is nothing."""
        return self.plan.purse.left({folder.id for folder in playing})


def sides(evolution: Evolution, training: Training) -> dict[Name, Side]:
    """Who plays: a loop that kept nothing adds no row of its own."""
    first, best = evolution.versions[0], evolution.best
    found: dict[Name, Side] = {"v0": Side(_folder(evolution, first.row.scaffold))}
    if best.name != first.name:
        found["+ loop 1"] = Side(_folder(evolution, best.row.scaffold))
    if training.specialist:
        found["+ loop 2"] = Side(_folder(evolution, best.row.scaffold), training.specialist)
    return found


def play_final(final: Final, evolution: Evolution, training: Training) -> None:
    """Have every row its episodes: what either loop has played of them is taken from there.

    Raises Unfinished where one is missing: no mean is made of those that went well.
    """
    whole = final.plan
    planned = [_planned(whole, name, side) for name, side in sides(evolution, training).items()]
    known = {**whole.folder.episodes("train"), **whole.folder.episodes("evolve")}
    for one in planned:
        adopt(one.jobs, known)
    jobs = [job for world in zip(*(one.jobs for one in planned), strict=True) for job in world]
    results = list(play_jobs(final, jobs, f"the table's rows on {len(whole.held_out)} seeds"))
    refuse_stopped(results)
    refuse_unserved(results)
    refuse_failed(results, "the table")


def adopt_base(plan: Plan, run: RunFolder, scaffold: Path) -> None:
    """Let loop 2's base have what loop 1's best scaffold has played of the held-out seeds."""
    found = _asked(plan, Side(scaffold), run)
    if adopt(found.jobs, plan.folder.episodes("evolve")):
        extend_run(found.run, found.asked)


def _planned(whole: Plan, name: Name, side: Side) -> Evaluation:
    found = _asked(whole, side, whole.folder.final(FOLDERS[name]))
    extend_run(found.run, found.asked)
    keep_scaffold(found.run, load_scaffold(str(side.scaffold)))
    return found


def _asked(whole: Plan, side: Side, run: RunFolder) -> Evaluation:
    given = {
        **{name: getattr(whole.context, name) for name in PLAYING},
        "gameplay": whole.base,
        "specialist": side.specialist,
        "scaffold": str(side.scaffold.absolute()),
    }
    names = ",".join(whole.evolving.terms.tasks)
    return plan(whole.context.task, whole.held_out, tasks=names, out=run.path, given=given)


def _folder(evolution: Evolution, scaffold: str) -> Path:
    return Path(evolution.run) / "scaffolds" / scaffold
