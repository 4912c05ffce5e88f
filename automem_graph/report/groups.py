"""Who played what in a run: the episodes that a figure takes the mean of.

A run is an evaluation (or single plays), a run of loop 1, or a run of loop 2, and is read as far as
it goes: what is missing or has failed is counted, and no mean is taken over what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.results import Key, read_results
from automem_graph.evaluation.scores import ALL, Score, score
from automem_graph.evaluation.suite import short_name
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import read_ledger
from automem_graph.proficiency.terms import read_terms as read_training_terms
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import kept_versions, read_rows
from automem_graph.structure.terms import read_terms as read_evolution_terms

Kind = Literal["evaluation", "loop 1", "loop 2"]

GATE, TRIAL, HELD_OUT, WIPED = "gate", "trials", "held out", "held out (wiped)"
"""The sets of worlds of the two loops; those of an evaluation are its tasks, and all of them."""


@dataclass(frozen=True)
class Group:
    """Episodes of one player on one set of worlds."""

    run: str
    """The name of the run's folder."""
    kind: Kind
    player: str
    """`v1`, `t2`, `base`; of an evaluation the run's name."""
    worlds: str
    folder: RunFolder
    asked: int
    """How many episodes there are to be."""
    results: tuple[EpisodeResult, ...]
    """Those that there are, whatever came of them."""

    @property
    def score(self) -> Score:
        """What they earned together, if all are done."""
        return score(self.worlds, self.results, self.asked)

    @property
    def done(self) -> tuple[EpisodeResult, ...]:
        return tuple(result for result in self.results if result.status == "done")

    def episode(self, result: EpisodeResult) -> EpisodeFolder:
        """The folder of one of the results. Raises RunError for an id that is none."""
        return self.folder.episode(result.episode)


def read_groups(path: Path) -> tuple[Group, ...]:
    """The groups of a run, in the order in which a figure shows them; none that nobody has begun.

    Raises RunError where there is no run, or a damaged one.
    """
    if EvolutionFolder(path).asked.exists():
        groups = _of_evolution(EvolutionFolder(path))
    elif TrainingFolder(path).asked.exists():
        groups = _of_training(TrainingFolder(path))
    elif RunFolder(path).asked.exists():
        groups = _of_evaluation(RunFolder(path))
    else:
        raise RunError(
            f"there is no run in {path}: it has no run.json, evolve.json or train.json; name the "
            "folder that automem evaluate, evolve, train or play has written"
        )
    return tuple(group for group in groups if group.results)


def _of_evaluation(run: RunFolder) -> Iterable[Group]:
    asked, results = read_results(run)
    name = _name(run.path)
    for task in asked.tasks:
        keys = [key for key in results if key[0] == task]
        yield _group("evaluation", name, name, short_name(task), run, keys, results)
    if len(asked.tasks) > 1:
        yield _group("evaluation", name, name, ALL, run, list(results), results)


def _of_evolution(folder: EvolutionFolder) -> Iterable[Group]:
    terms = read_evolution_terms(folder)
    for row in kept_versions(read_rows(folder.lineage)):
        for worlds, seeds, wiped in (
            (GATE, terms.gate, False),
            (HELD_OUT, terms.held_out, False),
            (WIPED, terms.held_out, True),
        ):
            run = folder.play(row.scaffold, wiped=wiped)
            yield _played("loop 1", folder.path, row.version, worlds, run, terms.keys(seeds))


def _of_training(folder: TrainingFolder) -> Iterable[Group]:
    terms = read_training_terms(folder)
    for row in read_ledger(folder.ledger):
        for worlds, seeds in ((TRIAL, terms.trial), (HELD_OUT, terms.held_out)):
            run = folder.play(row.name)
            yield _played("loop 2", folder.path, row.name, worlds, run, terms.keys(seeds))


def _played(
    kind: Kind, path: Path, player: str, worlds: str, run: RunFolder, keys: Sequence[Key]
) -> Group:
    results = read_results(run)[1] if run.asked.exists() else {}
    return _group(kind, _name(path), player, worlds, run, keys, results)


def _group(
    kind: Kind, name: str, player: str, worlds: str, run: RunFolder, keys: Sequence[Key],
    results: Mapping[Key, EpisodeResult | None],
) -> Group:  # fmt: skip
    found = (results.get(key) for key in keys)
    return Group(
        run=name, kind=kind, player=player, worlds=worlds, folder=run, asked=len(keys),
        results=tuple(result for result in found if result is not None),
    )  # fmt: skip


def _name(path: Path) -> str:
    return path.resolve().name
