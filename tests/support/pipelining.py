"""Both loops on the toy corridor in seconds.

The model says a word for walking that the world does not know. A scaffold that reads it as `Right`
is a true improvement, which is for loop 1; an adapter that looks more and writes less, for loop 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from automem_graph.proficiency.ledger import RANDOM, Fitted
from automem_graph.proficiency.pipeline.result import Pipeline
from automem_graph.proficiency.pipeline.run import run_pipeline
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import Heartbeat
from support.chained import SEARCH, WRITE, save_adapter
from support.evolving import command
from support.training import Ladder
from support.training import settings as training

CHANCES = {WRITE: 0.4, SEARCH: 0.15, "<|ACTION|>Walk<|END|>": 0.45}
"""Of the model's replies, whatever it was shown."""

WALKING = """
(scaffold / "hooks.py").write_text(
    "def canonicalise(action, seen):\\n    return 'Right' if action == 'Walk' else action\\n"
)
says("Let the agent walk in its own words.")
"""
RENAMING = """
add("README.md", "Other words.")
says("Say it in other words.")
"""


LOOKS_FIRST = {WRITE: -3.0, SEARCH: 2.5}
"""What every adapter but the control's adds to the log-odds of the replies."""


class LookingTrainer:
    """A trainer whose adapters look more and write less, whatever their examples say."""

    def train(
        self,
        examples: Path,
        base: str,
        lora: Lora,
        adapter: Path,
        hear: Callable[[Heartbeat], None],
        *,
        seed: int = 0,
    ) -> Fitted:
        if not adapter.exists():
            control = adapter.parent.name == RANDOM
            save_adapter(adapter, Path(base), {} if control else LOOKS_FIRST)
        return Fitted(adapter=str(adapter), steps=1, first_loss=2.0, loss=1.0)


def settings(folder: Path, proposer: str = WALKING, **other: Any) -> dict[str, Any]:
    """A pipeline that takes seconds, with a base model and a scaffold in this folder.

    A routine has so many rounds that LOG writes and PLAN acts sooner or later.
    """
    given = training(folder, CHANCES)
    scaffold = Path(given["scaffold"]) / "scaffold.toml"
    scaffold.write_text(scaffold.read_text().replace("rounds = 4", "rounds = 10"))
    return {
        **given,
        "proposer": command(folder, proposer),
        "steps": 3,
        "gate_seeds": "31-34",
        "collect_seeds": "1-2",
        "trial_seeds": "11-13",
        "attempts": 1,
        "revisions": 1,
        "margin": 1.0,
        **other,
    }


def run(*, rungs: Sequence[Sequence[str]] = (["all"],), **given: Any) -> Pipeline:
    """`run_pipeline` with a ladder of recipes, and that trainer."""
    asked = {"recipes": len(rungs), **given}
    return run_pipeline(decider=Ladder(rungs), trainer=LookingTrainer(), **asked)
