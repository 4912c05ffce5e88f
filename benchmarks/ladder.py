"""How much memory pays: the offline player on the same worlds with several structures of memory.

    python benchmarks/ladder.py [--seeds 42-81] [--steps 2000] [--out runs/ladder]

Plays v0 and the hand-written good structure, each beside its control whose files and hook state are
wiped after every step. Prints progression with its standard error, steps survived, iron tools, and
the differences paired by seed with bootstrapped 95 % intervals. The same command goes on.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.trace import read_trace

GOOD = Path(__file__).parents[1] / "tests" / "scaffolds" / "good"
RUNGS = {
    "v0": ("v0", "memory"),
    "v0, wiped": ("v0", "memory-wiped"),
    "good": (str(GOOD), "memory"),
    "good, wiped": (str(GOOD), "memory-wiped"),
}
PAIRS = [("good", "good, wiped"), ("good", "v0"), ("v0", "v0, wiped")]


class Job(NamedTuple):
    """One episode of one rung."""

    rung: str
    seed: int
    steps: int
    out: str


class Score(NamedTuple):
    """What one episode earned: progression in [0, 1], steps survived, any iron tool made."""

    progression: float
    steps: int
    iron: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="42-81")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--out", default="runs/ladder")
    asked = parser.parse_args()
    first, last = map(int, asked.seeds.split("-"))
    seeds = range(first, last + 1)
    jobs = [Job(rung, seed, asked.steps, asked.out) for seed, rung in product(seeds, RUNGS)]
    with ProcessPoolExecutor(2) as pool:
        scores = list(track(pool.map(play, jobs), "episodes", total=len(jobs)))
    report(
        {rung: [s for j, s in zip(jobs, scores, strict=True) if j.rung == rung] for rung in RUNGS}
    )


def play(job: Job) -> Score:
    """Play one episode, or read what an earlier run of this command has left."""
    scaffold, agent = RUNGS[job.rung]
    folder = Path(job.out) / job.rung.replace(", ", "-")
    context = PlayContext(
        seed=job.seed, steps=job.steps, scaffold=scaffold, agent=agent, run=str(folder),
        steps_per_run=50,
    )  # fmt: skip
    with EpisodeDesks() as desks:
        result = play_episode(desks, context)
        if result.progression is None:
            raise RuntimeError(f"{job.rung}, seed {job.seed}: {result.error}")
        _, rows = read_trace(desks.folder(context))
    news = {name for row in rows for name in row.answer.facts.get("unlocked", ())}
    iron = bool(news & {"make_iron_pickaxe", "make_iron_sword"})
    return Score(result.progression, result.steps, iron)


def report(scores: dict[str, list[Score]]) -> None:
    """Print the two tables that docs/results.md shows."""
    console = Console()
    table = Table("structure", "progression, %", "steps survived", "iron tools", "n")
    for rung, found in scores.items():
        points = [100 * score.progression for score in found]
        error = statistics.pstdev(points) / len(points) ** 0.5
        steps = statistics.mean(score.steps for score in found)
        iron = sum(score.iron for score in found) / len(found)
        mean = f"{statistics.mean(points):.1f} ± {error:.1f}"
        table.add_row(rung, mean, f"{steps:.0f}", f"{iron:.0%}", f"{len(points)}")
    console.print(table)
    pairs = Table("paired by seed", "difference, points", "95 % interval")
    for one, other in PAIRS:
        mean, low, high = paired(scores[one], scores[other])
        pairs.add_row(f"{one} minus {other}", f"{mean:+.1f}", f"{low:+.1f} to {high:+.1f}")
    console.print(pairs)
    mean = {rung: statistics.mean(s.progression for s in found) for rung, found in scores.items()}
    files = (mean["good"] - mean["good, wiped"]) / (mean["good"] - mean["v0"])
    console.print(f"good / v0: {mean['good'] / mean['v0']:.2f}")
    console.print(f"(good - good wiped) / (good - v0): {files:.2f}")


def paired(one: Sequence[Score], other: Sequence[Score]) -> tuple[float, float, float]:
    """Mean difference in points with the ends of its bootstrapped 95 % interval."""
    gaps = np.array(
        [100 * (a.progression - b.progression) for a, b in zip(one, other, strict=True)]
    )
    draws = np.random.default_rng(0).choice(gaps, (20_000, len(gaps))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(gaps.mean()), float(low), float(high)


if __name__ == "__main__":
    main()
