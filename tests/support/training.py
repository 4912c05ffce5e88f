"""Loop 2 on the toy corridor, with a model of habits, in seconds; see `chained`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from automem_graph.proficiency.decider import Decision, NoDecision, NoRecipe
from automem_graph.proficiency.recipe import Code, Filters, Lora, Recipe
from automem_graph.proficiency.result import Training
from automem_graph.proficiency.train import train_specialist
from automem_graph.scaffold.load import load_scaffold
from support import toy
from support.chained import CHANCES, HUGE, MISFIT, HabitTrainer, save_base

COLLECT, TRIAL, HELD_OUT = "1-8", "11-16", "21-22"

LOOKS = Recipe(
    selection=Code(
        source="""
def select(turns):
    return [turn for turn in turns if all(action["kind"] == "search" for action in turn["actions"])]
"""
    )
)
"""Only turns in which nothing was written: what learns from them hardly writes."""
RECIPES: Mapping[str, Recipe] = {
    "looks": LOOKS,
    "all": Recipe(selection=Filters()),
    "narrow": Recipe(selection=Filters(), least=10_000),
    "broken": Recipe(selection=Code(source="def select(turns):\n    return turns[0]['nothing']\n")),
    "escapes": Recipe(
        selection=Code(source="def select(turns):\n    return open('/etc/passwd').readlines()\n")
    ),
    "huge": LOOKS.model_copy(update={"lora": Lora(rank=HUGE)}),
    "misfit": LOOKS.model_copy(update={"lora": Lora(rank=MISFIT)}),
}


class Ladder:
    """A decider that gives these recipes in turn, then none.

    A rung is the recipe for a trial, or two: the second for whenever the first was refused. The
    place on the ladder is read from the desk, so that another process goes on there.
    """

    name = "ladder"

    def __init__(self, rungs: Sequence[Sequence[str]], log: Path | None = None) -> None:
        self._rungs = rungs
        self._log = log

    def decide(self, workspace: Path, tell: Callable[[str], None]) -> Decision:
        tell("reading the turns")
        rows = [json.loads(line) for line in (workspace / "ledger.jsonl").read_text().splitlines()]
        trial = sum(row["name"].startswith("t") for row in rows)
        if trial >= len(self._rungs):
            raise NoRecipe("the ladder ends here")
        name = self._rungs[trial][-1 if (workspace / "problem.md").exists() else 0]
        if self._log:
            with self._log.open("a") as log:
                log.write(f"{name}\n")
        if name not in RECIPES:
            raise NoDecision(name)
        return Decision(
            recipe=RECIPES[name],
            rationale=f"# Take {name}.\n\nBecause.",
            expected="Fewer writes.",
        )


def settings(folder: Path, chances: Mapping[str, float] = CHANCES, **other: Any) -> dict[str, Any]:
    """A run of loop 2 that takes seconds, with a base model and a scaffold in this folder.

    Memory holds what the model searches for before the first step.
    """
    scaffold = folder / "scaffold"
    shutil.copytree(load_scaffold("terse").path, scaffold)
    (scaffold / "files" / toy.NAME).mkdir(parents=True)
    (scaffold / "files" / toy.NAME / "b.md").write_text("x\n")
    return {
        "task": toy.NAME,
        "scaffold": str(scaffold),
        "base": f"local:{save_base(folder / 'habits', chances=chances)}",
        "steps": 5,
        "collect_seeds": COLLECT,
        "trial_seeds": TRIAL,
        "held_out_seeds": HELD_OUT,
        "run": "run",
        **other,
    }


def train(*, rungs: Sequence[Sequence[str]], log: str = "", **given: Any) -> Training:
    """`train_specialist` with a ladder of recipes, and a trainer of habits."""
    ladder = Ladder(rungs, Path(log) if log else None)
    asked = {"recipes": len(rungs), **given}
    return train_specialist(decider=ladder, trainer=HabitTrainer(), **asked)
