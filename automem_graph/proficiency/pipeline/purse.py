"""What a pipeline may still cost, through all of its stages."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.spending import spending
from automem_graph.models.budget import Budget
from automem_graph.proficiency.draft import read_draft as read_trial
from automem_graph.proficiency.pipeline.layout import PipelineFolder
from automem_graph.structure.draft import read_draft as read_attempt
from automem_graph.structure.lineage import Spent
from automem_graph.structure.purse import Unfinished, budget_left

LEAST = {"max_tokens": 1, "max_cost": 1e-9, "max_hours": 0.0}
"""A budget with which nothing can be played, but what is there can be read."""


@dataclass(frozen=True)
class Purse:
    """The user's budget, and the folder that tells what was spent of it."""

    budget: Budget | None
    folder: PipelineFolder
    base: str
    meta: str
    since: float = field(default_factory=time.monotonic)

    def left(self, without: Collection[str] = (), stage: str = "") -> Budget | None:
        """The budget less all episodes but these ids, and all decisions but this stage's.

        Raises Unfinished where nothing is left.
        """
        if self.budget is None:
            return None
        others = [one for name, one in self.folder.episodes().items() if name not in without]
        budget = self._priced(self.budget, others)
        return budget_left(budget, self.since, others, self.meta, self._decisions(stage))

    def of_stage(self, stage: str) -> Budget | None:
        """What a loop may cost in all, which counts its own episodes and decisions itself.

        Where nothing is left it may still read what it has done.
        """
        try:
            return self.left(self.folder.episodes(stage), stage)
        except Unfinished:
            assert self.budget is not None
            limited = {name for name in LEAST if getattr(self.budget, name) is not None}
            return self.budget.model_copy(update={name: LEAST[name] for name in limited})

    def _decisions(self, without: str) -> Spent:
        """What proposals and recipes have cost, those under way included."""
        return reduce(Spent.plus, decisions(self.folder, without), Spent())

    def _priced(self, budget: Budget, played: Iterable[EpisodeFolder]) -> Budget:
        """An adapter costs what its base does."""
        price = budget.prices.get(self.base)
        if price is None:
            return budget
        names = {one.model for one in spending(played) if one.model.startswith(f"{self.base}@")}
        priced = {**budget.prices, **dict.fromkeys(names, price)}
        return budget.model_copy(update={"prices": priced})


def decisions(folder: PipelineFolder, without: str = "") -> Iterable[Spent]:
    """What each proposal and each recipe has cost, but those of one stage."""
    if without != "evolve":
        yield from (read_attempt(path).spent for path in folder.evolve.path.glob("attempts/*"))
    if without != "train":
        yield from (read_trial(path).spent for path in folder.train.path.glob("trials/*"))
