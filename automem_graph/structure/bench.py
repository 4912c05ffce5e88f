"""The bench: all that the loop's nodes work with, opened from the context of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automem_graph.episodes.keep import keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.machine import ThisMachine
from automem_graph.models.budget import Budget
from automem_graph.protocols import Executor
from automem_graph.scaffold.load import Scaffold, load_scaffold
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.draft import Draft, read_draft
from automem_graph.structure.events import Listener
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Row, Spent, kept_versions, read_rows
from automem_graph.structure.population import Member, read_pool
from automem_graph.structure.proposers import open_proposer
from automem_graph.structure.purse import budget_left
from automem_graph.structure.terms import Terms, folder_of, keep_terms, terms_of


@dataclass(frozen=True)
class Bench:
    """One run's folder and terms, and who listens."""

    folder: EvolutionFolder
    terms: Terms
    context: EvolveContext
    absent: Mapping[str, str]
    """Tasks that cannot be played here, each with the sentence that says why."""
    tell: Listener
    executor: Executor
    budget: Budget | None = None
    since: float = field(default_factory=time.monotonic)
    """When this sitting began, on the clock of `time.monotonic`."""

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.folder.workspace)

    @property
    def rows(self) -> tuple[Row, ...]:
        return read_rows(self.folder.lineage)

    @property
    def versions(self) -> tuple[Row, ...]:
        """The rows of v0, v1, ...; the last one is the incumbent's."""
        return kept_versions(self.rows)

    @property
    def pool(self) -> tuple[Member, ...]:
        """The scaffolds that have played all of the gate's worlds."""
        return read_pool(self.folder, self.terms, self.rows)

    @property
    def fresh(self) -> tuple[int, ...]:
        """The seeds of the next confirmation; none where the task has too few worlds left."""
        return self.terms.fresh(sum(row.confirmation is not None for row in self.rows))

    @property
    def episodes(self) -> int:
        """Episodes that the search has asked for so far, held-out ones not counted."""
        return self.terms.episodes(self.rows)

    def draft(self, attempt: str) -> Draft:
        return read_draft(self.folder.attempt(attempt))

    def scaffold(self, scaffold: str) -> Path:
        """The folder of a kept scaffold."""
        return self.folder.scaffold(scaffold)

    def keep(self, scaffold: Scaffold) -> None:
        """Copy a scaffold into the run's folder, under its id."""
        keep_scaffold(RunFolder(self.folder.path), scaffold)

    def left(self, playing: tuple[EpisodeFolder, ...] = ()) -> Budget | None:
        """What of the budget is left for these episodes, which count their own share themselves.

        Raises Unfinished where that is nothing.
        """
        if self.budget is None:
            return None
        own = {folder.path for folder in playing}
        others = (one for one in self._episodes() if one.path not in own)
        return budget_left(self.budget, self.since, others, self.terms.meta, self.proposals())

    def _episodes(self) -> Iterator[EpisodeFolder]:
        for trace in sorted(self.folder.path.glob("plays/*/episodes/*/trace.jsonl")):
            yield EpisodeFolder(trace.parent)

    def proposals(self) -> Spent:
        """What all proposals have cost, those under way included."""
        total = Spent()
        for folder in sorted(self.folder.path.glob("attempts/*")):
            total = total.plus(read_draft(folder).spent)
        return total


def open_bench(
    context: EvolveContext,
    tell: Listener,
    budget: Budget | None = None,
    since: float | None = None,
    executor: Executor | None = None,
) -> Bench:
    """The bench of a context. Opens or begins the run's folder; plays nothing.

    Raises what stands in the way (UnknownTask, TaskUnavailable, UnknownModel, UnknownProposer,
    ScaffoldError, BadSeeds, RunError, Unpriced).
    """
    first = load_scaffold(context.scaffold)
    open_proposer(context.proposer, meta=context.meta)  # a typo is told before v0 is played
    terms, absent = terms_of(context, first)
    if budget is not None:
        budget.check(filter(None, (terms.gameplay, terms.specialist, terms.meta)))
    folder = folder_of(context, terms)
    keep_terms(folder, terms)
    bench = Bench(
        folder=folder,
        terms=terms,
        context=context,
        absent=absent,
        tell=tell,
        executor=executor or ThisMachine(context.parallel or None),
        budget=budget,
        since=time.monotonic() if since is None else since,
    )
    bench.keep(first)
    return bench
