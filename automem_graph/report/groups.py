"""Who played what in a run: the episodes that a figure takes the mean of.

A run is an evaluation (or single plays), a run of loop 1, or a run of loop 2, and is read as far as
it goes: what is missing or has failed is counted, and no mean is taken over what is left.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from automem_graph.episodes.layout import EPISODE_ID, EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.play import EpisodeResult, read_result
from automem_graph.evaluation.results import Key, episodes_of
from automem_graph.evaluation.scores import ALL, Score, score
from automem_graph.evaluation.suite import short_name
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import read_ledger
from automem_graph.proficiency.terms import read_terms as read_training_terms
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Row, kept_versions, read_rows
from automem_graph.structure.terms import read_terms as read_evolution_terms

Kind = Literal["evaluation", "loop 1", "loop 2"]

GATE, FRESH, TRIAL, HELD_OUT, WIPED = "gate", "fresh", "trials", "held out", "held out, wiped"
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
    episodes: Mapping[Key, EpisodeFolder]
    """Those that the run knows of, begun or not."""
    results: tuple[EpisodeResult, ...]
    """Those that there are, whatever came of them."""
    damaged: Mapping[Key, str] = field(default_factory=dict)
    """Why a result cannot be read, or not all of it."""

    @property
    def score(self) -> Score:
        """What they earned together, if all are done."""
        return score(self.worlds, self.results, self.asked)

    @property
    def done(self) -> tuple[EpisodeResult, ...]:
        return tuple(result for result in self.results if result.status == "done")

    @property
    def by_world(self) -> dict[Key, EpisodeResult]:
        return {(result.asked.task, result.seed): result for result in self.results}

    def episode(self, result: EpisodeResult) -> EpisodeFolder:
        """The folder of one of the results. Raises RunError for an id that is none."""
        return self.folder.episode(result.episode)


def read_groups(path: Path) -> tuple[Group, ...]:
    """The groups of a run, in the order in which a figure shows them; none that nobody has begun.

    Raises RunError where there is no run, or a damaged one.
    """
    groups: Iterable[Group]
    if EvolutionFolder(path).asked.exists():
        groups = evolution_groups(EvolutionFolder(path))
    elif TrainingFolder(path).asked.exists():
        groups = training_groups(TrainingFolder(path))
    elif RunFolder(path).asked.exists():
        groups = evaluation_groups(RunFolder(path))
    else:
        raise no_run(path)
    found = tuple(group for group in groups if group.results)
    for damaged in (group.damaged for group in found):
        if damaged:
            raise RunError(next(iter(damaged.values())))
    return found


def no_run(path: Path) -> RunError:
    """Why there is nothing to show, and what to name instead."""
    return RunError(
        f"there is no run in {path}: it has no run.json, evolve.json or train.json; name the "
        "folder that automem evaluate, evolve, train or play has written"
    )


def evaluation_groups(run: RunFolder) -> Iterable[Group]:
    """A group for each task, and one for all of several. Raises RunError."""
    asked, episodes = episodes_of(run)
    name = name_of(run.path)
    each = [[key for key in episodes if key[0] == task] for task in asked.tasks]
    for task, keys in zip(asked.tasks, each, strict=True):
        yield _group("evaluation", name, name, short_name(task), run, keys, episodes)
    if len(asked.tasks) > 1:
        yield _group("evaluation", name, name, ALL, run, list(episodes), episodes)


def foreign_groups(run: RunFolder) -> Iterable[Group]:
    """Whatever results lie in a run's folder: for one whose episodes have other ids than here.

    Raises RunError where run.json cannot be read.
    """
    tasks = episodes_of(run)[0].tasks
    found: dict[str, dict[Key, EpisodeFolder]] = {}
    for path in sorted(run.path.glob("episodes/s*-*/episode.json")):
        folder = EpisodeFolder(path.parent)
        result = _without_measures(folder) if EPISODE_ID.fullmatch(folder.id) else None
        if result is not None and result.asked.task in tasks:
            found.setdefault(result.asked.task, {})[result.asked.task, result.seed] = folder
    name = name_of(run.path)
    for task, each in found.items():
        yield _group("evaluation", name, name, short_name(task), run, list(each), each)


def evolution_groups(folder: EvolutionFolder) -> Iterable[Group]:
    """The versions that were kept; before the first one is measured, none. Raises RunError."""
    terms = read_evolution_terms(folder)
    for row in kept_versions(read_rows(folder.lineage)):
        for worlds, seeds, wiped in (
            (GATE, terms.gate, False),
            (HELD_OUT, terms.held_out, False),
            (WIPED, terms.held_out, True),
        ):
            run = folder.play(row.scaffold, wiped=wiped)
            yield played("loop 1", folder.path, row.version, worlds, run, terms.keys(seeds))


def rejected_groups(folder: EvolutionFolder, rows: Sequence[Row]) -> Iterable[Group]:
    """What rejected attempts have played, on the gate's worlds and on fresh ones."""
    for row in rows:
        if row.kept or not row.scaffold:
            continue
        for worlds, match in ((GATE, row.trial), (FRESH, row.confirmation)):
            if match is not None and match.pairs:
                keys = [pair.key for pair in match.pairs]
                run = folder.play(row.scaffold)
                yield played("loop 1", folder.path, row.name, worlds, run, keys)


def training_groups(folder: TrainingFolder) -> Iterable[Group]:
    """The controls and the trials, failed ones as far as they have played. Raises RunError."""
    terms = read_training_terms(folder)
    for row in read_ledger(folder.ledger):
        for worlds, seeds in ((TRIAL, terms.trial), (HELD_OUT, terms.held_out)):
            run = folder.play(row.name)
            yield played("loop 2", folder.path, row.name, worlds, run, terms.keys(seeds))


def played(
    kind: Kind, path: Path, player: str, worlds: str, run: RunFolder, keys: Sequence[Key]
) -> Group:
    """A player's group on these worlds: an empty one where nobody has begun. Raises RunError."""
    episodes = episodes_of(run)[1] if run.asked.exists() else {}
    return _group(kind, name_of(path), player, worlds, run, keys, episodes)


def name_of(path: Path) -> str:
    """The name of a run's folder."""
    return path.resolve().name


def _group(
    kind: Kind, name: str, player: str, worlds: str, run: RunFolder, keys: Sequence[Key],
    episodes: Mapping[Key, EpisodeFolder],
) -> Group:  # fmt: skip
    mine = {key: episodes[key] for key in keys if key in episodes}
    results, damaged = [], {}
    for key, folder in mine.items():
        try:
            result = read_result(folder)
        except RunError:
            damaged[key] = (
                f"{folder.result} is damaged, or was written by another version of automem-graph"
            )
            result = _without_measures(folder)
        results += [result] if result is not None else []
    return Group(
        run=name, kind=kind, player=player, worlds=worlds, folder=run, asked=len(keys),
        episodes=mine, results=tuple(results), damaged=damaged,
    )  # fmt: skip


def _without_measures(folder: EpisodeFolder) -> EpisodeResult | None:
    """What can be read of a result whose measures another version has defined."""
    try:
        kept = json.loads(folder.result.read_text(encoding="utf-8"))
        return EpisodeResult.model_validate({**kept, "metrics": None})
    except (OSError, ValueError, TypeError, ValidationError):
        return None
