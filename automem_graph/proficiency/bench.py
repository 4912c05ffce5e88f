"""The bench: all that the loop's nodes work with, opened from the context of a run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automem_graph.episodes.keep import keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.machine import ThisMachine
from automem_graph.models.budget import Budget
from automem_graph.models.local.contents import contents
from automem_graph.models.resolve import LOCAL, UnknownModel, served_at
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.decider import Decider
from automem_graph.proficiency.draft import Draft, read_draft, write_draft
from automem_graph.proficiency.events import Listener, Said
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import Row, read_ledger
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.served import served_as
from automem_graph.proficiency.standing import Standing, standing
from automem_graph.proficiency.terms import Terms, folder_of, keep_terms, terms_of
from automem_graph.proficiency.trainer import Trainer
from automem_graph.protocols import Executor
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.lineage import Spent
from automem_graph.structure.purse import budget_left


@dataclass(frozen=True)
class Tools:
    """Who decides and what trains; None means whom the context names, and TRL in a process."""

    decider: Decider | None = None
    trainer: Trainer | None = None


NO_TOOLS = Tools()


@dataclass(frozen=True)
class Bench:
    """One run's folder and terms, and who listens."""

    folder: TrainingFolder
    terms: Terms
    context: TrainContext
    absent: Mapping[str, str]
    """Tasks that cannot be played here, each with the sentence that says why."""
    tell: Listener
    decider: Decider
    trainer: Trainer
    executor: Executor
    budget: Budget | None = None
    since: float = field(default_factory=time.monotonic)
    """When this sitting began, on the clock of `time.monotonic`."""

    @property
    def rows(self) -> tuple[Row, ...]:
        return read_ledger(self.folder.ledger)

    @property
    def trials(self) -> tuple[Row, ...]:
        """The rows of t1, t2, ..., without the controls'."""
        return tuple(row for row in self.rows if not row.is_control)

    @property
    def scaffold(self) -> Path:
        """The folder of the scaffold that is trained for."""
        return self.folder.path / "scaffolds" / self.terms.scaffold

    @property
    def base_folder(self) -> Path:
        return Path(self.terms.base.removeprefix(LOCAL))

    def row(self, name: str) -> Row | None:
        return next((row for row in self.rows if row.name == name), None)

    def draft(self, name: str) -> Draft:
        return read_draft(self.folder.trial(name).path)

    def sketch(self, name: str, **changes: object) -> Draft:
        """Add to what is known of a trial."""
        draft = self.draft(name).model_copy(update=changes)
        write_draft(self.folder.trial(name).path, draft)
        return draft

    def adapter(self, name: str, recipe: Recipe) -> Path:
        """Where the adapter of a trial lies: a name of its recipe, its data and its base."""
        trial = self.folder.trial(name)
        made_of = hashlib.sha256(f"{recipe.id} {contents(self.terms.base)} ".encode())
        made_of.update(trial.examples.read_bytes())
        return trial.path / f"specialist-{name}-{made_of.hexdigest()[:10]}"

    def fitted(self, name: str) -> Path | None:
        """The adapter of a trial that was trained; None for `base`."""
        fitted = self.draft(name).fitted
        return self.folder.path / fitted.adapter if fitted else None

    def specialist(self, name: str) -> str:
        """The model of a trial that was trained, as players name it; of `base`, the base model."""
        adapter = self.fitted(name)
        if adapter is None:
            return self.terms.gameplay
        local = f"{self.terms.base}@{adapter}"
        return served_as(self.terms.gameplay, name, local) if self.terms.folder else local

    def standing(self, name: str, seeds: tuple[int, ...]) -> Standing | None:
        """How a player stands on these seeds; None unless all of it is played."""
        return standing(name, self.folder.play(name), self.terms.keys(seeds))

    def left(self, playing: tuple[EpisodeFolder, ...] = ()) -> Budget | None:
        """What of the budget is left for these episodes, which count their own share themselves.

        An adapter costs what its base does. Raises Unfinished where nothing is left.
        """
        if self.budget is None:
            return None
        own = {folder.path for folder in playing}
        others = (one for one in self._episodes() if one.path not in own)
        base = self.budget.prices.get(self.terms.gameplay)
        names = (trial.name for trial in self.folder.path.glob("trials/*"))
        priced = {self.specialist(name): base for name in names} if base else {}
        budget = self.budget.model_copy(update={"prices": {**self.budget.prices, **priced}})
        return budget_left(budget, self.since, others, self.terms.meta, self.decisions())

    def _episodes(self) -> Iterator[EpisodeFolder]:
        for where in ("collected", "plays/*"):
            for trace in sorted(self.folder.path.glob(f"{where}/episodes/*/trace.jsonl")):
                yield EpisodeFolder(trace.parent)

    def decisions(self) -> Spent:
        """What all decisions have cost, those under way included."""
        total = Spent()
        for trial in sorted(self.folder.path.glob("trials/*")):
            total = total.plus(read_draft(trial).spent)
        return total


def open_bench(
    context: TrainContext,
    tell: Listener,
    budget: Budget | None = None,
    since: float | None = None,
    tools: Tools = NO_TOOLS,
    executor: Executor | None = None,
) -> Bench:
    """The bench of a context. Opens or begins the run's folder; plays and trains nothing.

    Without a base model the rehearsal's is built, unless that was done before: minutes, once.
    Raises what stands in the way (UnknownTask, TaskUnavailable, UnknownModel, UnknownDecider,
    ScaffoldError, BadSeeds, RunError, Unpriced).
    """
    scaffold = load_scaffold(context.scaffold)
    decider = tools.decider or _decider(context)
    trainer = tools.trainer or _trainer(context)
    base = base_of(context, tell)
    terms, absent = terms_of(context, base, scaffold)
    if budget is not None:
        budget.check(filter(None, (terms.gameplay, terms.meta)))
    folder = folder_of(context, terms)
    keep_terms(folder, terms)
    keep_scaffold(RunFolder(folder.path), scaffold)
    return Bench(
        folder=folder,
        terms=terms,
        context=context,
        absent=absent,
        tell=tell,
        decider=decider,
        trainer=trainer,
        executor=executor or ThisMachine(context.parallel or None),
        budget=budget,
        since=time.monotonic() if since is None else since,
    )


def base_of(context: TrainContext, tell: Listener) -> str:
    """The base model as players name it. UnknownModel where it is none that can be trained."""
    name = context.base.strip()
    if context.served:
        served_at(context.served)
    if context.served and not name:
        raise UnknownModel(
            f"{context.served} is a server's: name the folder with the same weights as well, as in "
            "local:FOLDER."
        )
    if not name:
        from automem_graph.proficiency.rehearsal.base import build_base

        return f"{LOCAL}{build_base(progress=lambda line: tell(Said(trial='base', text=line)))}"
    if not name.startswith(LOCAL) and Path(name).expanduser().is_dir():
        name = f"{LOCAL}{name}"
    if not name.startswith(LOCAL) or "@" in name:
        raise UnknownModel(
            f"The base model {name!r} cannot be trained: it must be a folder with its weights, as "
            "in local:FOLDER, without an adapter."
        )
    return name


def _decider(context: TrainContext) -> Decider:
    from automem_graph.proficiency.deciders.opening import open_decider

    return open_decider(context.decider, meta=context.meta)


def _trainer(context: TrainContext) -> Trainer:
    from automem_graph.proficiency.trainers.opening import open_trainer

    return open_trainer(context.trainer_python, context.accelerate)
