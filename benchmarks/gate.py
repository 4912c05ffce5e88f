"""How often the gate keeps a revision that changed nothing, and how often one that truly helps.

    python benchmarks/gate.py [--revisions 2000] [--json]

Simulates revisions of up to six attempts on recorded noise: `recorded_scores.json` has what v0 with
the offline player earned in 120 worlds. The incumbent is measured once for a revision; each attempt
draws scores of its own and the first one accepted ends the revision. A confirmation draws both
sides anew. What an attempt truly gains is added to its gaps, in units of their standard deviation.

The same for a population (docs/population.md): generations of four from parents that are drawn from
the front. There an attempt may inherit its parent's scores in a share of the worlds, as where the
player repeats itself: what was drawn because it was lucky is lucky again on the gate's worlds.
"""

from __future__ import annotations

import argparse
import bisect
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from automem_graph.structure.gate import Rule, can_still_win, judge
from automem_graph.structure.heats import finalists, heat_of
from automem_graph.structure.population import Member, draw, front_of

RECORDED = Path(__file__).with_name("recorded_scores.json")
ATTEMPTS = 6
EFFECTS = (0.0, 0.5, 1.0)
"""What an attempt truly gains, in standard deviations of a pair's gap."""
CHILDREN = 4
"""Attempts of a population's generation."""
INHERITED = (0.0, 0.5, 0.8)
"""The share of the worlds in which an attempt earns just what its parent has earned there."""


class Design(NamedTuple):
    """A gate: its rule, its seeds, and whether what passes must pass again on fresh ones."""

    rule: Rule
    seeds: int
    confirmed: bool


DEFAULT = Design(Rule(), 24, True)
DESIGNS = {
    "sign_flip, confirmed": DEFAULT,
    "sign_flip, half the p": DEFAULT._replace(rule=Rule(p=0.05)),
    "sign_flip": Design(Rule(), 24, False),
    "strict_mean, confirmed": Design(Rule(name="strict_mean"), 10, True),
    "strict_mean": Design(Rule(name="strict_mean"), 10, False),
}
"""The default, the paper's rule on its ten seeds, and what each is with or without confirmation."""


class Share(NamedTuple):
    """A share of cases, each independent of the others."""

    hits: int
    of: int

    @property
    def error(self) -> float:
        """The binomial standard error."""
        share = self.hits / self.of
        return math.sqrt(share * (1 - share) / self.of)

    def __str__(self) -> str:
        return f"{100 * self.hits / self.of:.1f} ± {100 * self.error:.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--revisions", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    scores = recorded()
    cells = [(name, effect) for name in DESIGNS for effect in EFFECTS]
    console = Console(stderr=True)
    accepted = {
        (name, effect): simulate(DESIGNS[name], scores, effect, asked.revisions)
        for name, effect in track(cells, "designs and effects", console=console)
    }
    peopled = {
        (inherited, effect): populate(scores, effect, inherited, asked.revisions)
        for inherited, effect in track(
            [(one, effect) for one in INHERITED for effect in EFFECTS],
            "populations",
            console=console,
        )
    }
    spared = {gain: mean_spared(scores, gain, asked.revisions) for gain in (0.0, -1.0)}
    if asked.json:
        print(json.dumps(as_json(accepted, peopled, spared), indent=2))
    else:
        report(accepted, peopled, spared)


def recorded() -> np.ndarray:
    """Progression in [0, 1] of each recorded episode."""
    found = json.loads(RECORDED.read_text())
    return np.array(found["achievements"]) / found["of"]


def gap_sd(scores: np.ndarray) -> float:
    """Standard deviation of the gap of two scores, each drawn by itself."""
    return math.sqrt(2) * float(scores.std())


def simulate(design: Design, scores: np.ndarray, effect: float, revisions: int) -> list[int | None]:
    """For each revision the attempt that was accepted, from 1; None where all were rejected."""
    rng = np.random.default_rng(0)
    gain = effect * gap_sd(scores)
    return [revise(design, scores, gain, rng) for _ in range(revisions)]


def revise(design: Design, scores: np.ndarray, gain: float, rng: np.random.Generator) -> int | None:
    """One revision: the attempt that was accepted, if any, when each truly gains `gain`."""

    def play(gained: float = 0.0) -> np.ndarray:
        return rng.choice(scores, design.seeds) + gained

    def better(gaps: np.ndarray, rule: Rule) -> bool:
        return judge(gaps.tolist(), rule).passed

    incumbent = play()
    for attempt in range(1, ATTEMPTS + 1):
        if not better(play(gain) - incumbent, design.rule):
            continue
        if not design.confirmed or better(play(gain) - play(), design.rule.fresh):
            return attempt
    return None


def populate(
    scores: np.ndarray, effect: float, inherited: float, revisions: int
) -> list[int | None]:
    """For each revision of a population the number of attempts when one was accepted, or None."""
    rng = np.random.default_rng(0)
    gain = effect * gap_sd(scores)
    return [revise_population(scores, gain, inherited, rng) for _ in range(revisions)]


def revise_population(
    scores: np.ndarray, gain: float, inherited: float, rng: np.random.Generator
) -> int | None:
    """One revision of the default gate; each attempt truly gains `gain` over the best version.

    On fresh worlds an attempt repeats the best version in the inherited share of them, since
    nothing else about it was changed. What is added as a gain is no luck, and is not inherited.
    """
    rule, seeds, made = DEFAULT.rule, DEFAULT.seeds, 0
    heat = len(heat_of(range(seeds), 1))

    def varied(parent: np.ndarray) -> np.ndarray:
        return np.where(rng.random(seeds) < inherited, parent, rng.choice(scores, seeds))

    best = rng.choice(scores, seeds)
    pool = [best]
    while made < ATTEMPTS:
        size = min(CHILDREN, ATTEMPTS - made)
        front = front_of([_member(number, one) for number, one in enumerate(pool)])
        parents = [draw(front, str(rng.random())) for _ in range(size)]
        children = [varied(pool[int(parent.name)]) for parent in parents]
        made += size
        children.sort(key=lambda one: -one[:heat].mean())
        judged = [judge((one + gain - best).tolist(), rule) for one in children[: finalists(size)]]
        pool += children[: finalists(size)]
        fresh = rng.choice(scores, seeds)
        if any(one.passed for one in judged) and (
            judge((varied(fresh) + gain - fresh).tolist(), rule.fresh).passed
        ):
            return made
    return None


def _member(number: int, scores: np.ndarray) -> Member:
    worlds = {("crafter", seed): float(one) for seed, one in enumerate(scores)}
    return Member(name=str(number), scaffold=str(number), scores=worlds)


def mean_spared(scores: np.ndarray, effect: float, matches: int) -> float:
    """The share of a challenger's gate episodes that racing spares.

    Episodes end one by one, and each world's incumbent is known, as in the loop.
    """
    rng, n = np.random.default_rng(0), DEFAULT.seeds
    gain = effect * gap_sd(scores)
    spared = 0
    for _ in range(matches):
        incumbent, challenger = rng.choice(scores, n), rng.choice(scores, n) + gain
        gaps, best = (challenger - incumbent).tolist(), (1 - incumbent).tolist()
        spared += n - stopped_after(gaps, best, DEFAULT.rule)
    return spared / (n * matches)


def stopped_after(gaps: Sequence[float], best: Sequence[float], rule: Rule) -> int:
    """How many gaps had to be seen until the challenger could no longer win; all where it could.

    What is lost stays lost, so that halving finds it.
    """
    return bisect.bisect_left(
        range(len(gaps)), True, key=lambda n: not can_still_win(gaps[:n], best[n:], rule)
    )


def per_attempt(accepted: Sequence[int | None]) -> Share:
    """Of first attempts only: later ones meet the same incumbent's scores."""
    return Share(sum(attempt == 1 for attempt in accepted), len(accepted))


def per_revision(accepted: Sequence[int | None]) -> Share:
    return Share(sum(attempt is not None for attempt in accepted), len(accepted))


def as_json(
    accepted: dict[tuple[str, float], list[int | None]],
    peopled: dict[tuple[float, float], list[int | None]],
    spared: dict[float, float],
) -> dict[str, Any]:
    def one(share: Share) -> dict[str, float]:
        return {"share": share.hits / share.of, "error": share.error, "of": share.of}

    rows = [
        {
            "gate": name, "gain_sd": effect,
            "per_attempt": one(per_attempt(found)), "per_revision": one(per_revision(found)),
        }
        for (name, effect), found in accepted.items()
    ]  # fmt: skip
    populations = [
        {"inherited": inherited, "gain_sd": effect, "per_revision": one(per_revision(found))}
        for (inherited, effect), found in peopled.items()
    ]
    racing = [{"gain_sd": effect, "spared": share} for effect, share in spared.items()]
    return {"accepted": rows, "populations": populations, "racing": racing}


def report(
    accepted: dict[tuple[str, float], list[int | None]],
    peopled: dict[tuple[float, float], list[int | None]],
    spared: dict[float, float],
) -> None:
    """Print the tables that docs/gate.md shows."""
    console = Console()
    for title, share in (("revision", per_revision), ("attempt", per_attempt)):
        table = Table("gate", "seeds", *map(effect_name, EFFECTS), title=f"accepted per {title}")
        for name, design in DESIGNS.items():
            shares = (str(share(accepted[name, effect])) for effect in EFFECTS)
            table.add_row(name, str(design.seeds), *shares)
        console.print(table)
    title = f"accepted per revision of a population, {CHILDREN} at once"
    table = Table("inherited", *map(effect_name, EFFECTS), title=title)
    for inherited in INHERITED:
        shares = (str(per_revision(peopled[inherited, effect])) for effect in EFFECTS)
        table.add_row(f"{inherited:.0%} of the worlds", *shares)
    console.print(table)
    for effect, part in spared.items():
        console.print(
            f"a challenger's episodes that racing spares, {effect_name(effect)}: {part:.1%}"
        )


def effect_name(effect: float) -> str:
    return f"{effect:+g} SD" if effect else "nothing changed"


if __name__ == "__main__":
    main()
