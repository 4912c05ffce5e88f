"""Loop 2 on the toy corridor, with a model of habits, in seconds; see `chained`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from automem_graph.proficiency.decider import Decision, NoRecipe
from automem_graph.proficiency.recipe import Code, Filters, Recipe
from automem_graph.proficiency.result import Training
from automem_graph.proficiency.train import train_specialist
from support import toy

COLLECT, TRIAL, HELD_OUT = "1-6", "11-18", "21-24"

LOOKS = Recipe(selection=Filters(routines=("log",), searches_before_writes=True))
"""What is worth training on."""
BLIND = Recipe(selection=Filters(routines=("log",)), least=10_000)
"""More than there is."""
BROKEN = Recipe(selection=Code(source="def select(turns):\n    return turns[0]['nothing']\n"))
ESCAPES = Recipe(selection=Code(source="def select(turns):\n    open('/etc/passwd')\n"))
RECIPES: Mapping[str, Recipe] = {
    "looks": LOOKS,
    "more": LOOKS.model_copy(update={"least": 2}),
    "blind": BLIND,
    "broken": BROKEN,
    "escapes": ESCAPES,
}


class Ladder:
    """A decider that gives these recipes in turn, then none; it remembers what it saw.

    Which is the next one it finds in the ledger and in a log of its own, so that another process
    goes on there.
    """

    name = "ladder"

    def __init__(self, names: Sequence[str], log: Path) -> None:
        self._names = names
        self._log = log

    @property
    def asked(self) -> list[str]:
        """The recipes that were given, in order."""
        return self._log.read_text().split() if self._log.exists() else []

    def decide(self, workspace: Path, tell: Callable[[str], None]) -> Decision:
        tell("reading the turns")
        rows = [json.loads(line) for line in (workspace / "ledger.jsonl").read_text().splitlines()]
        done = sum(row["name"].startswith("t") for row in rows)
        back = (workspace / "problem.md").exists()
        place = done + (self._names[done] in ("broken", "escapes") and back)
        if place >= len(self._names):
            raise NoRecipe("the ladder ends here")
        name = self._names[place]
        with self._log.open("a") as log:
            log.write(f"{name}\n")
        return Decision(
            recipe=RECIPES[name],
            rationale=f"# Take {name}\n\nBecause.",
            expected="Fewer writes.",
        )


def settings(base: Path, **other: Any) -> dict[str, Any]:
    """A run of loop 2 that takes seconds."""
    return {
        "task": toy.NAME,
        "scaffold": "terse",
        "base": f"local:{base}",
        "steps": 6,
        "collect_seeds": COLLECT,
        "trial_seeds": TRIAL,
        "held_out_seeds": HELD_OUT,
        "recipes": 1,
        "run": "run",
        **other,
    }


def train(*, ladder: Sequence[str], log: str, fails: Sequence[str] = (), **given: Any) -> Training:
    """`train_specialist` with a ladder of recipes, and a trainer that fails for these reasons."""
    from support.chained import HabitTrainer

    decider = Ladder(ladder, Path(log))
    return train_specialist(decider=decider, trainer=HabitTrainer(tuple(fails)), **given)
