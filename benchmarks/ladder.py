"""How much memory pays: the offline player on the same worlds with several structures of memory.

    python benchmarks/ladder.py [--seeds 42-81] [--steps 2000] [--out runs/ladder]

Plays v0 and the hand-written good structure, each beside its control whose files and hook state are
wiped after every step. Prints progression with its standard error, steps survived, iron tools, and
the differences paired by seed with bootstrapped 95 % intervals. The same command goes on.
"""

from __future__ import annotations

import argparse
import statistics
from itertools import product
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.trace import read_trace
from automem_graph.evaluation.seeds import parse_seeds
from automem_graph.evaluation.statistics import difference, estimate
from automem_graph.scaffold.load import load_scaffold

GOOD = Path(__file__).parents[1] / "tests" / "scaffolds" / "good"
RUNGS = {
    "v0": ("v0", "memory"),
    "v0, wiped": ("v0", "memory-wiped"),
    "good": (str(GOOD), "memory"),
    "good, wiped": (str(GOOD), "memory-wiped"),
}
PAIRS = [("good", "good, wiped"), ("good", "v0"), ("v0", "v0, wiped")]


class Score(NamedTuple):
    """What one episode earned: progression in [0, 1], steps survived, any iron tool made."""

    progression: float
    steps: int
    iron: bool


Scores = dict[str, dict[int, Score]]
"""By rung and seed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="42-81")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--out", default="runs/ladder")
    asked = parser.parse_args()
    seeds, out = parse_seeds(asked.seeds), Path(asked.out)
    jobs = [
        PlayContext(
            seed=seed, steps=asked.steps, scaffold=scaffold, agent=agent,
            run=str(folder_of(out, rung)), steps_per_run=50,
        )
        for seed, (rung, (scaffold, agent)) in product(seeds, RUNGS.items())
    ]  # fmt: skip
    names = {(load_scaffold(scaffold).id, agent): rung for rung, (scaffold, agent) in RUNGS.items()}
    scores: Scores = {rung: {} for rung in RUNGS}
    for result in track(run_episodes(jobs), "episodes", total=len(jobs)):
        rung = names[result.asked.scaffold, result.asked.agent]
        scores[rung][result.seed] = score(folder_of(out, rung), result)
    report(scores)


def folder_of(out: Path, rung: str) -> Path:
    """The run's folder of one rung."""
    return out / rung.replace(", ", "-")


def score(run: Path, result: EpisodeResult) -> Score:
    """What an episode earned; RuntimeError for one that failed: the ladder has no gaps."""
    if result.progression is None:
        raise RuntimeError(f"{run}, seed {result.seed}: {result.error}")
    _, rows = read_trace(RunFolder(run).episode(result.episode))
    news = {name for row in rows for name in row.answer.facts.get("unlocked", ())}
    iron = bool(news & {"make_iron_pickaxe", "make_iron_sword"})
    return Score(result.progression, result.steps, iron)


def report(scores: Scores) -> None:
    """Print the two tables that docs/results.md shows."""
    console = Console()
    table = Table("structure", "progression, %", "steps survived", "iron tools", "n")
    mean = {}
    for rung, by_seed in scores.items():
        found = list(by_seed.values())
        earned = estimate([score.progression for score in found])
        mean[rung] = earned.mean
        steps = statistics.mean(score.steps for score in found)
        iron = sum(score.iron for score in found) / len(found)
        shown = f"{100 * earned.mean:.1f} ± {100 * earned.error:.1f}"
        table.add_row(rung, shown, f"{steps:.0f}", f"{iron:.0%}", f"{len(found)}")
    console.print(table)
    pairs = Table("paired by seed", "difference, points", "95 % interval", "p")
    for one, other in PAIRS:
        seeds = sorted(scores[one])
        found = difference(
            [scores[one][seed].progression - scores[other][seed].progression for seed in seeds]
        )
        interval = f"{points(found.low)} to {points(found.high)}"
        pairs.add_row(f"{one} minus {other}", points(found.mean), interval, f"{found.p:.4f}")
    console.print(pairs)
    files = (mean["good"] - mean["good, wiped"]) / (mean["good"] - mean["v0"])
    console.print(f"good / v0: {mean['good'] / mean['v0']:.2f}")
    console.print(f"(good - good wiped) / (good - v0): {files:.2f}")


def points(share: float | None) -> str:
    """A difference of progression in points; a single seed has no interval."""
    return "?" if share is None else f"{100 * share:+.1f}"


if __name__ == "__main__":
    main()
