"""Whether a search is worth its episodes: against other ones at the same budget, and held out.

    python benchmarks/searches.py [--tasks crafter,errands] [--repeats 5] [--episodes 120]

Every search has the same budget of episodes. A repeat draws the gate's worlds from a pool, the same
for all searches, and the seed of what is drawn blindly; fresh worlds are the rest of the pool, in
order. In the end v0 and every version that was kept play held-out worlds, on which nothing was ever
decided. Prints what each search gained there, and the differences paired by repeat and world, with
95 % intervals: repeats and worlds are resampled both; where all come to the same, they say nothing.
"kept after" is each repeat's episodes until its last version was kept. Repeats share their plays:
what one has played, another need not, but pays for out of its budget all the same. The same command
goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from automem_graph.evaluation.statistics import RESAMPLES
from automem_graph.evaluation.suite import plan
from automem_graph.protocols import Executor
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import kept_versions
from automem_graph.structure.result import Evolution, read_evolution

STEPS = {"crafter": 2000, "errands": 240}
"""World actions of an episode: enough for something to be won, few enough to repeat it."""
SEARCHES = {
    "hill, reviewer": ("hill", "offline:reviewer"),
    "population, reviewer": ("population", "offline:reviewer"),
    "hill, blind": ("hill", "offline:blind"),
    "population, blind": ("population", "offline:blind"),
}
GATE, P = 12, 0.1
"""The gate's worlds, half of the default's, and its limit."""
POOL = range(10_042, 10_042 + 24)
"""The worlds of gates and confirmations. Fresh seeds count from its first one, so that those of a
confirmation are of the pool too."""
HELD_OUT = range(1042, 1042 + 12)
SPARE = 1041
"""What a search plays when it has ended, since it must play something: never looked at."""


class Found(NamedTuple):
    """What one search came to in one repeat. Gains are of progression, held out, in [-1, 1]."""

    gains: tuple[float, ...]
    """The last version minus v0, world by world."""
    steps: tuple[float, ...]
    """The mean of each version that was kept minus that of the one before."""
    until: int | None
    """Episodes up to the decision that kept the last version; None where it is v0."""
    episodes: int
    attempts: int
    stop: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tasks", default=",".join(STEPS))
    parser.add_argument("--searches", default=";".join(SEARCHES), help="separated by ;")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--episodes", type=int, default=120, help="of one search")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("runs/searches"))
    asked = parser.parse_args()
    tasks, searches = asked.tasks.split(","), asked.searches.split(";")
    found: dict[str, dict[str, list[Found]]] = {task: {} for task in tasks}
    with ThisMachine(asked.parallel) as machine:
        for repeat, task, search in product(range(asked.repeats), tasks, searches):
            folder = EvolutionFolder(asked.out / task / f"{repeat}-{search.replace(', ', '-')}")
            searched(folder, task, search, repeat, asked.episodes, machine)
            one = held_out(folder, task, machine)
            found[task].setdefault(search, []).append(one)
            print(
                f"{task}, repeat {repeat}, {search}: {one.attempts} attempts, {one.stop}",
                flush=True,
            )
    for task, by_search in found.items():
        report(task, by_search, asked.episodes)
    whole = {t: {s: [one._asdict() for one in by] for s, by in f.items()} for t, f in found.items()}
    (asked.out / "searches.json").write_text(json.dumps(whole, indent=2) + "\n")


def searched(
    folder: EvolutionFolder, task: str, search: str, repeat: int, episodes: int, machine: Executor
) -> Evolution:
    """Search to the end, or to that of a larger budget, with the plays of all of the task."""
    plays = folder.path.parent / "plays"
    plays.mkdir(parents=True, exist_ok=True)
    folder.path.mkdir(exist_ok=True)
    if not (folder.path / plays.name).exists():
        (folder.path / plays.name).symlink_to(Path("..") / plays.name)
    how, proposer = SEARCHES[search]
    blind = proposer == "offline:blind"
    return evolve_scaffold(
        task, run=str(folder.path), steps=STEPS[task], search=how,
        proposer=f"{proposer}:{repeat + 1}" if blind else proposer,
        p=P, gate_seeds=",".join(map(str, gate_of(task, repeat))), held_out_seeds=str(SPARE),
        episodes=episodes, attempts=episodes, revisions=episodes, executor=machine,
    )  # fmt: skip


def gate_of(task: str, repeat: int) -> Sequence[int]:
    """The gate's seeds in a repeat, whoever searches."""
    return sorted(random.Random(f"{task} {repeat}").sample(POOL, GATE))


def held_out(folder: EvolutionFolder, task: str, machine: Executor) -> Found:
    """Have v0 and all versions of a search play the held-out worlds."""
    ended = read_evolution(folder)
    versions = kept_versions(ended.rows)
    decided = [n for n, row in enumerate(ended.rows, 1) if row.version == versions[-1].version]
    kept = [row.scaffold for row in versions]
    earned = {scaffold: scores(folder, scaffold, task, machine) for scaffold in kept}
    means = [statistics.fmean(earned[scaffold].values()) for scaffold in kept]
    first, last = earned[kept[0]], earned[kept[-1]]
    return Found(
        gains=tuple(last[seed] - first[seed] for seed in HELD_OUT),
        steps=tuple(after - before for before, after in pairwise(means)),
        until=ended.asked.episodes(ended.rows[: decided[-1]]) if kept[1:] else None,
        episodes=ended.counted,
        attempts=len(ended.rows) - 1,
        stop=ended.stop,
    )


def scores(
    folder: EvolutionFolder, scaffold: str, task: str, machine: Executor
) -> dict[int, float]:
    """What a scaffold earns in the held-out worlds, which are played unless they are there."""
    given = {
        "steps": STEPS[task], "agent": "memory",
        "scaffold": str(folder.scaffold(scaffold).absolute()),
    }  # fmt: skip
    run = RunFolder(folder.path.parent / "plays" / scaffold)
    planned = plan(task, tuple(HELD_OUT), out=run.path, given=given)
    extend_run(run, planned.asked)
    results = list(run_episodes(planned.jobs, machine))
    for one in results:
        if one.progression is None:
            raise RuntimeError(f"{run.path}, seed {one.seed}: {one.error}")
    return {one.seed: one.progression or 0.0 for one in results}


def report(task: str, found: Mapping[str, Sequence[Found]], episodes: int) -> None:
    """Print the two tables of a task."""
    repeats = len(next(iter(found.values())))
    title = f"{task}: {repeats} repeats, at most {episodes} episodes each"
    head = ("search", "gain held out, points", "95 % interval", "kept", "false", "kept after")
    table = Table(*head, "episodes", "attempts", title=title)
    for search, by_repeat in found.items():
        kept = [step for one in by_repeat for step in one.steps]
        table.add_row(
            search, *told([one.gains for one in by_repeat]), str(len(kept)),
            str(sum(step < 0 for step in kept)),
            " ".join("-" if one.until is None else str(one.until) for one in by_repeat),
            f"{statistics.fmean(one.episodes for one in by_repeat):.0f}",
            f"{statistics.fmean(one.attempts for one in by_repeat):.1f}",
        )  # fmt: skip
    Console().print(table)
    pairs = Table("paired by repeat and world", "difference, points", "95 % interval")
    for one, other in combinations(found, 2):
        pairs.add_row(f"{other} minus {one}", *told(less(found[other], found[one])))
    Console().print(pairs)


def less(ones: Sequence[Found], others: Sequence[Found]) -> list[list[float]]:
    """What one search gained minus what another one did, a row for each repeat."""
    return [
        [a - b for a, b in zip(one.gains, other.gains, strict=True)]
        for one, other in zip(ones, others, strict=True)
    ]


def told(gains: Sequence[Sequence[float]]) -> tuple[str, str]:
    """The mean of repeats' gains by world and its interval, in points."""
    low, high = interval(gains)
    return f"{100 * np.mean(gains):+.2f}", f"{100 * low:+.2f} to {100 * high:+.2f}"


def interval(gains: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The 95 % interval of the mean of a table, a row a repeat and a column a world.

    Rows and columns are drawn anew both: repeats of one search often come to the same scaffold,
    whose luck with the worlds would not show if only repeats were. With few rows it is too narrow.
    """
    table, rng = np.asarray(gains), np.random.default_rng(0)
    rows, columns = (rng.integers(size, size=(RESAMPLES, size)) for size in table.shape)
    means = table[rows[:, :, None], columns[:, None, :]].mean(axis=(1, 2))
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    main()
