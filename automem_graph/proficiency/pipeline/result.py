"""What a pipeline has found: the paper's table, and what each loop has brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path

from automem_graph.episodes.layout import RunFolder
from automem_graph.evaluation.comparison import Comparison, compare_runs
from automem_graph.evaluation.costs import Cost, costs
from automem_graph.evaluation.outcome import NO_PRICES
from automem_graph.evaluation.results import read_results
from automem_graph.evaluation.scores import Score, score_tasks
from automem_graph.models.budget import Price
from automem_graph.proficiency.pipeline.final import FOLDERS, Name, sides
from automem_graph.proficiency.pipeline.layout import PipelineFolder
from automem_graph.proficiency.pipeline.purse import decisions
from automem_graph.proficiency.result import Training, read_training
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import Spent
from automem_graph.structure.result import Evolution, read_evolution


class Row(Frozen):
    """A row of the table: who has played the held-out seeds, and what the loop has brought."""

    name: Name
    kept: bool
    """Whether the loop has kept anything; if not, this is the row above, not played again."""
    why: str
    """What was kept or promoted, or why nothing was."""
    run: str
    """The folder of its episodes: `automem compare` takes it."""
    tasks: tuple[Score, ...]
    all: Score
    brought: Comparison | None = None
    """This row minus the one above it, paired by world; None for v0 and where nothing was kept."""


class Pipeline(Frozen):
    """A run of both loops that has come to its end."""

    run: str
    """The folder."""
    task: str
    base: str
    """The model that plays every row; the specialist is an adapter on it."""
    rows: tuple[Row, ...]
    """v0, + loop 1, + loop 2."""
    both: Comparison | None
    """The last row minus v0; None unless both loops have kept something."""
    seeds: Mapping[str, tuple[int, ...]]
    """Which were played for what; nothing was chosen by those held out."""
    scaffold: str
    """The folder of the best scaffold."""
    specialist: str
    """As a player's model, `local:BASE@ADAPTER`; empty where none was promoted."""
    episodes: int
    """Played in all; those that two stages share count once."""
    spent: Spent
    """What proposals and recipes have cost."""
    costs: tuple[Cost, ...] = ()
    """What all episodes have cost, in all sittings, of models that are not free."""


def read_pipeline(folder: PipelineFolder, prices: Mapping[str, Price] = NO_PRICES) -> Pipeline:
    """Read a pipeline whose table is played; RunError where it has not come so far."""
    evolution = read_evolution(folder.evolve, prices=prices)
    training = read_training(folder.train, prices=prices)
    rows = _rows(folder, evolution, training)
    kept = [row for row in rows if row.kept]
    episodes = folder.episodes()
    return Pipeline(
        run=str(folder.path),
        task=training.asked.suite,
        base=training.asked.base,
        rows=tuple(rows),
        both=_compared(kept[-1], rows[0], evolution.asked.held_out) if len(kept) > 2 else None,
        seeds=_seeds(evolution, training),
        scaffold=str(evolution.scaffold),
        specialist=training.specialist,
        episodes=sum(one.result.exists() for one in episodes.values()),
        spent=reduce(Spent.plus, decisions(folder), Spent()),
        costs=costs(training.asked, episodes.values(), prices),
    )


def _rows(folder: PipelineFolder, evolution: Evolution, training: Training) -> list[Row]:
    played, rows = sides(evolution, training), list[Row]()
    for name, why in _why(evolution, training).items():
        above = rows[-1] if rows else None
        if name in played:
            row = _row(folder.final(FOLDERS[name]), evolution, name, why)
            if above is not None:
                brought = _compared(row, above, evolution.asked.held_out)
                row = row.model_copy(update={"brought": brought})
        else:
            assert above is not None, "v0 is always played"
            row = above.model_copy(
                update={"name": name, "kept": False, "why": why, "brought": None}
            )
        rows.append(row)
    return rows


def _row(run: RunFolder, evolution: Evolution, name: Name, why: str) -> Row:
    asked, seeds = evolution.asked, evolution.asked.held_out
    found = read_results(run)[1]
    results = [one for key in asked.keys(seeds) if (one := found.get(key)) is not None]
    tasks, together = score_tasks(list(asked.tasks), seeds, results)
    return Row(name=name, kept=True, why=why, run=str(run.path), tasks=tasks, all=together)


def _compared(row: Row, other: Row, seeds: Sequence[int]) -> Comparison:
    return compare_runs(RunFolder(Path(row.run)), RunFolder(Path(other.run)), seeds=seeds)


def _why(evolution: Evolution, training: Training) -> dict[Name, str]:
    """What became of each loop, a sentence each."""
    best = evolution.best
    rejected = sum(not row.kept for row in evolution.rows)
    return {
        "v0": f"scaffold {evolution.versions[0].row.scaffold}, and the base model alone",
        "+ loop 1": f"{best.name}: {best.row.reason or best.row.why}"
        if best.row.parent
        else f"nothing kept, {rejected} attempts rejected: {evolution.stop}",
        "+ loop 2": training.promotion.why if training.promotion else "",
    }


def _seeds(evolution: Evolution, training: Training) -> dict[str, tuple[int, ...]]:
    gate, asked = evolution.asked.gate, training.asked
    fresh = {
        pair.seed
        for row in evolution.rows
        for pair in (row.confirmation.pairs if row.confirmation else ())
    }
    return {
        "gate": gate,
        "fresh": tuple(sorted(fresh)),
        "trained on": asked.collect,
        "trials": asked.trial,
        "held out": evolution.asked.held_out,
    }
