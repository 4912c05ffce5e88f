"""The runs of a report, read as far as each of them goes.

What cannot be read becomes a note on the page. RunError is left for a folder that holds no run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path
from typing import TypeVar

from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder, find_episode
from automem_graph.episodes.play import read_result
from automem_graph.episodes.trace import walk_trace
from automem_graph.evaluation.outcome import NO_PRICES
from automem_graph.evaluation.results import Key, episodes_of
from automem_graph.models.budget import Price
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.pipeline.final import FOLDERS
from automem_graph.proficiency.result import Training, read_training
from automem_graph.proficiency.terms import read_terms as read_training_terms
from automem_graph.report.asked import of_evaluation, of_evolution, of_training
from automem_graph.report.groups import (
    GATE,
    HELD_OUT,
    Group,
    Kind,
    evaluation_groups,
    evolution_groups,
    foreign_groups,
    name_of,
    no_run,
    played,
    rejected_groups,
    training_groups,
)
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Spent, kept_versions, read_rows
from automem_graph.structure.result import Evolution, Version, read_evolution, stopped
from automem_graph.structure.terms import Terms, read_terms

T = TypeVar("T")

FINAL = {folder: row for row, folder in FOLDERS.items()}
"""The rows of a pipeline's table, by the folders of their episodes."""


@dataclass(frozen=True)
class Source:
    """One run, as far as it could be read."""

    name: str
    """Of its folder; where two have the same name, the path."""
    path: Path
    kind: Kind
    groups: tuple[Group, ...] = ()
    """Of who counts: an evaluation's tasks, the versions that were kept, the trials."""
    rejected: tuple[Group, ...] = ()
    """Of attempts that were not kept."""
    asked: Mapping[str, str] | None = None
    """In the words of the command; None where even that cannot be read."""
    open: bool = False
    """Whether it has not ended."""
    notes: tuple[str, ...] = ()
    """What is missing on the page, and why: a sentence each."""
    evolution: Evolution | None = None
    training: Training | None = None


def read_sources(
    paths: Sequence[Path], prices: Mapping[str, Price] = NO_PRICES
) -> tuple[Source, ...]:
    """The runs in these folders; a pipeline is three of them. Raises RunError.

    A path may also be that of an episode: its run, with no other episode.
    """
    found = [source for path in paths for source in _read(path, prices)]
    if not any(source.groups or source.asked for source in found):
        raise RunError(next((source.notes[0] for source in found if source.notes), "no run"))
    names = [source.name for source in found]
    return tuple(
        _named(source, source.name if names.count(source.name) == 1 else str(source.path))
        for source in found
    )


def _read(path: Path, prices: Mapping[str, Price]) -> list[Source]:
    if EvolutionFolder(path).asked.exists():
        return [_evolution(EvolutionFolder(path), prices)]
    if TrainingFolder(path).asked.exists():
        return [_training(TrainingFolder(path), prices)]
    if RunFolder(path).asked.exists():
        return [_evaluation(RunFolder(path))]
    if (path / "trace.jsonl").exists():
        return [_episode(find_episode(path))]
    stages = [
        _named(source, f"{name_of(path)}: {stage}")
        for stage in ("evolve", "train")
        if (path / stage / f"{stage}.json").exists()
        for source in _read(path / stage, prices)
    ]
    if not stages:
        raise no_run(path)
    finals = [path / "final" / folder for folder in FINAL]
    if any(RunFolder(folder).asked.exists() for folder in finals):
        stages.append(_table(path, finals))
    return stages


def _named(source: Source, name: str) -> Source:
    groups, rejected = (
        tuple(replace(group, run=name) for group in each)
        for each in (source.groups, source.rejected)
    )
    return replace(source, name=name, groups=groups, rejected=rejected)


def _evaluation(run: RunFolder) -> Source:
    notes = list[str]()
    asked = _tried(notes, lambda: episodes_of(run)[0])
    groups = _groups(notes, lambda: evaluation_groups(run))
    if asked and not groups and (groups := _groups(notes, lambda: foreign_groups(run))):
        notes.append(
            "its episodes were played by another version of automem-graph: here are all that lie "
            "in its folder, and which are missing is not known"
        )
    return Source(
        name=name_of(run.path), path=run.path, kind="evaluation", groups=groups,
        asked=of_evaluation(asked, run.path) if asked else None, notes=_told(notes, groups),
        open=asked is not None and any(len(one.results) < one.asked for one in groups),
    )  # fmt: skip


def _episode(folder: EpisodeFolder) -> Source:
    """A run with no episode but this one, which may be a fork."""
    header, _ = walk_trace(folder)
    key: Key = header.asked.task, header.seed
    whole = _evaluation(folder.run)
    group = Group(
        run=whole.name, kind="evaluation", player=whole.name, worlds=header.asked.task,
        folder=folder.run, asked=1, episodes={key: folder}, results=(),
    )  # fmt: skip
    notes = list[str]()
    result = _tried(notes, lambda: read_result(folder))
    damaged = {key: notes[0]} if notes else {}
    group = replace(group, results=(result,) if result else (), damaged=damaged)
    return replace(whole, groups=(group,), notes=tuple(notes), open=result is None)


def _evolution(folder: EvolutionFolder, prices: Mapping[str, Price]) -> Source:
    notes = list[str]()
    terms = _tried(notes, lambda: read_terms(folder))
    groups = _groups(notes, lambda: evolution_groups(folder)) if terms else ()
    damaged = any(group.damaged for group in groups)
    found = None
    if terms and not damaged:
        found = _tried(notes, lambda: read_evolution(folder, prices=prices))
    elif terms:
        found = _tried(notes, lambda: _partly(folder, terms, groups))
    if terms and not groups:
        groups = _groups(notes, lambda: _first(folder, terms))
    rejected = _groups(notes, lambda: rejected_groups(folder, found.rows if found else ()))
    return Source(
        name=name_of(folder.path), path=folder.path, kind="loop 1", groups=groups,
        rejected=rejected, asked=of_evolution(terms, folder.path) if terms else None,
        open=not (found and found.stop), notes=_told(notes, groups), evolution=found,
    )  # fmt: skip


def _partly(folder: EvolutionFolder, terms: Terms, groups: Sequence[Group]) -> Evolution:
    """A run some of whose results cannot be read: its lineage, and what the others earned."""
    rows = read_rows(folder.lineage)
    gate = {group.player: group.score for group in groups if group.worlds == GATE}
    return Evolution(
        run=str(folder.path), asked=terms, rows=rows,
        versions=tuple(
            Version(name=row.version, row=row, gate=gate[row.version])
            for row in kept_versions(rows)
            if row.version in gate
        ),
        gate_gain=None, held_out=None, stop=stopped(folder),
        episodes=sum(len(group.done) for group in groups), spared=0,
        counted=terms.episodes(rows), spent=reduce(Spent.plus, (row.spent for row in rows)),
    )  # fmt: skip


def _first(folder: EvolutionFolder, terms: Terms) -> Iterable[Group]:
    """What v0 has played before it was measured to its end."""
    run, keys = folder.play(terms.scaffold), terms.keys(terms.gate)
    yield played("loop 1", folder.path, "v0", GATE, run, keys)


def _training(folder: TrainingFolder, prices: Mapping[str, Price]) -> Source:
    notes = list[str]()
    terms = _tried(notes, lambda: read_training_terms(folder))
    found = _tried(notes, lambda: read_training(folder, prices=prices)) if terms else None
    groups = _groups(notes, lambda: training_groups(folder)) if terms else ()
    return Source(
        name=name_of(folder.path), path=folder.path, kind="loop 2", groups=groups,
        asked=of_training(terms, folder.path) if terms else None,
        open=not (found and found.stop), notes=_told(notes, groups), training=found,
    )  # fmt: skip


def _table(path: Path, finals: Sequence[Path]) -> Source:
    """The table of a pipeline: who has played its held-out seeds."""
    notes = list[str]()
    runs = [RunFolder(folder) for folder in finals if (folder / "run.json").exists()]
    groups = [
        replace(group, player=FINAL[run.path.name], worlds=HELD_OUT)
        for run in runs
        for group in _groups(notes, partial(_whole, run))
    ]
    return Source(
        name=f"{name_of(path)}: final", path=path, kind="evaluation", groups=tuple(groups),
        asked={"run": str(path)}, notes=_told(notes, groups),
        open=any(len(one.results) < one.asked for one in groups),
    )  # fmt: skip


def _whole(run: RunFolder) -> Iterable[Group]:
    """The last group of an evaluation: that of all its tasks, or of its only one."""
    return list(evaluation_groups(run))[-1:]


def _tried(notes: list[str], read: Callable[[], T]) -> T | None:
    """What `read` gives; where it cannot, None and a note."""
    try:
        return read()
    except RunError as why:
        if str(why) not in notes:
            notes.append(str(why))
        return None


def _groups(notes: list[str], read: Callable[[], Iterable[Group]]) -> tuple[Group, ...]:
    found = _tried(notes, lambda: [group for group in read() if _begun(group)])
    return tuple(found or ())


def _begun(group: Group) -> bool:
    return bool(group.results or group.damaged) or any(
        folder.trace.exists() for folder in group.episodes.values()
    )


def _told(notes: Sequence[str], groups: Sequence[Group]) -> tuple[str, ...]:
    """The notes, and one for all the results that cannot be read."""
    damaged = [why for group in groups for why in group.damaged.values()]
    if not damaged:
        return tuple(notes)
    more = f" (and {len(damaged) - 1:,} more)" if len(damaged) > 1 else ""
    return *notes, f"{damaged[0]}{more}"
