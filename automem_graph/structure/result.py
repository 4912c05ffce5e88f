"""What a run of loop 1 has found: its versions, what they score, and what held-out seeds say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from pathlib import Path

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.costs import Cost, costs
from automem_graph.evaluation.outcome import NO_PRICES
from automem_graph.evaluation.results import Key, read_results
from automem_graph.evaluation.scores import ALL, Score, score
from automem_graph.evaluation.statistics import Difference, difference
from automem_graph.models.budget import Price
from automem_graph.protocols import Frozen
from automem_graph.structure.gate import Judged, judge
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Pair, Row, Spent, kept_versions, read_rows
from automem_graph.structure.population import read_front
from automem_graph.structure.terms import Terms, read_terms


class Version(Frozen):
    """A scaffold that was kept, and its episodes on the gate's seeds."""

    name: str
    """`v0`, `v1`, ..."""
    row: Row
    gate: Score


class Compared(Frozen):
    """One set of episodes minus another on the same worlds. Progression is in [0, 1]."""

    difference: Difference
    """With its 95 % interval, and a two-sided p."""
    judged: Judged
    """By the one-sided sign-flip test."""
    pairs: tuple[Pair, ...]
    """World by world: `after` is the set that the other one is taken from."""


class HeldOut(Frozen):
    """Worlds that no proposer has seen anything of, played once the search was over.

    `first` and `last` are the scores of v0 and of the last version, `first_wiped` and `last_wiped`
    those of the same scaffolds with files and hook state wiped before every step.
    """

    first: Score
    last: Score
    first_wiped: Score
    last_wiped: Score
    gain: Compared
    """Last minus first: None of it is the gate's luck."""
    first_carried: Compared
    """What the files carry: v0 minus v0 wiped."""
    last_carried: Compared
    """The same of the last version."""


class Evolution(Frozen):
    """A run of loop 1 as its folder tells it, whether or not it has come to its end."""

    run: str
    """The folder."""
    asked: Terms
    rows: tuple[Row, ...]
    """All attempts, in order."""
    versions: tuple[Version, ...]
    gate_gain: Compared | None
    """The last version minus v0 on the gate's seeds, which chose it: None while it is v0."""
    held_out: HeldOut | None
    """None until the search is over and these are played."""
    stop: str
    """Why the search ended; empty where it has not."""
    front: Mapping[str, float] = {}
    """Of a population: the rows whose scaffolds may be parents, by name, and in how many worlds of
    the gate each is the best."""
    episodes: int
    """Played in all."""
    spared: int
    """Episodes that racing did not play."""
    counted: int = 0
    """Episodes that the search asked for, as its limit `episodes` counts them."""
    spent: Spent
    """What the proposals have cost."""
    costs: tuple[Cost, ...] = ()
    """What all episodes have cost, in all sittings, of models that are not free."""

    @property
    def best(self) -> Version:
        """The last version that was kept."""
        return self.versions[-1]

    @property
    def scaffold(self) -> Path:
        """The folder of the best scaffold: to play with, or to copy."""
        return EvolutionFolder(Path(self.run)).scaffold(self.best.row.scaffold)


def read_evolution(
    folder: EvolutionFolder, stop: str | None = None, prices: Mapping[str, Price] = NO_PRICES
) -> Evolution:
    """Read a run of loop 1; `stop` is why its search has just ended, if it has.

    Raises RunError where the folder holds no run, or one whose first scaffold is not measured.
    """
    terms, rows = read_terms(folder), read_rows(folder.lineage)
    if not rows:
        raise RunError(f"{folder.path} has no version yet: v0 was not measured to its end")
    kept = kept_versions(rows)
    matches = [match for row in rows for match in (row.trial, row.confirmation) if match]
    traces = sorted(folder.path.glob("plays/*/episodes/*/trace.jsonl"))
    return Evolution(
        run=str(folder.path),
        asked=terms,
        rows=rows,
        versions=tuple(_version(folder, terms, row) for row in kept),
        gate_gain=_gate_gain(folder, terms, kept),
        held_out=_held_out(folder, terms, kept),
        stop=stopped(folder) if stop is None else stop,
        front=read_front(folder, terms, rows) if terms.is_population else {},
        episodes=sum(1 for _ in folder.path.glob("plays/*/episodes/*/episode.json")),
        spared=sum(match.spared for match in matches),
        counted=terms.episodes(rows),
        spent=reduce(Spent.plus, (row.spent for row in rows)),
        costs=costs(terms, (EpisodeFolder(trace.parent) for trace in traces), prices),
    )


def _version(folder: EvolutionFolder, terms: Terms, row: Row) -> Version:
    keys = terms.keys(terms.gate)
    return Version(name=row.version, row=row, gate=_score(_played(folder, row), keys))


def _gate_gain(folder: EvolutionFolder, terms: Terms, kept: Sequence[Row]) -> Compared | None:
    first, last = (
        {key: found.get(key) for key in terms.keys(terms.gate)}
        for found in (_played(folder, kept[0]), _played(folder, kept[-1]))
    )
    whole = all(_is_done(result) for result in (*first.values(), *last.values()))
    return _compared(last, first, terms) if whole and len(kept) > 1 else None


def _held_out(folder: EvolutionFolder, terms: Terms, kept: Sequence[Row]) -> HeldOut | None:
    keys = terms.keys(terms.held_out)
    first, last = kept[0], kept[-1]
    sets = [
        {key: results.get(key) for key in keys}
        for row in (first, last)
        for results in (_played(folder, row), _played(folder, row, wiped=True))
    ]
    if not all(_is_done(result) for one in sets for result in one.values()):
        return None
    old, old_wiped, new, new_wiped = sets
    return HeldOut(
        first=_score(old, keys),
        last=_score(new, keys),
        first_wiped=_score(old_wiped, keys),
        last_wiped=_score(new_wiped, keys),
        gain=_compared(new, old, terms),
        first_carried=_compared(old, old_wiped, terms),
        last_carried=_compared(new, new_wiped, terms),
    )


def _played(
    folder: EvolutionFolder, row: Row, *, wiped: bool = False
) -> Mapping[Key, EpisodeResult | None]:
    run = folder.play(row.scaffold, wiped=wiped)
    return read_results(run)[1] if run.asked.exists() else {}


def _score(results: Mapping[Key, EpisodeResult | None], keys: Sequence[Key]) -> Score:
    found = (results.get(key) for key in keys)
    return score(ALL, [one for one in found if one is not None], len(keys))


def _is_done(result: EpisodeResult | None) -> bool:
    return result is not None and result.progression is not None


def _compared(
    one: Mapping[Key, EpisodeResult | None], other: Mapping[Key, EpisodeResult | None], terms: Terms
) -> Compared:
    pairs = tuple(_pairs(one, other))
    gaps = [pair.gap for pair in pairs]
    return Compared(difference=difference(gaps), judged=judge(gaps, terms.rule), pairs=pairs)


def _pairs(
    one: Mapping[Key, EpisodeResult | None], other: Mapping[Key, EpisodeResult | None]
) -> Iterable[Pair]:
    for (task, seed), result in one.items():
        paired = other[task, seed]
        if result and paired and None not in (result.progression, paired.progression):
            before, after = paired.progression or 0.0, result.progression or 0.0
            yield Pair(task=task, seed=seed, before=before, after=after)


def stopped(folder: EvolutionFolder) -> str:
    """Why the search ended, as its result says; empty where there is none yet. Raises RunError."""
    try:
        return str(json.loads(folder.result.read_text("utf-8")).get("stop", ""))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, AttributeError) as error:
        raise RunError(f"{folder.result} cannot be read: {error}") from error
