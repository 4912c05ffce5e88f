"""The tables of a run of loop 1."""

from __future__ import annotations

from pathlib import Path

from automem_graph.cli.console import out, shown
from automem_graph.cli.scores import numbers, per_cent
from automem_graph.evaluation.scores import Score
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.structure.result import Compared, Evolution, HeldOut, Version

MEASURES = {
    "growth": "growth",
    "repeated_writes": "repeated",
    "empty_searches": "empty",
    "stuck_steps": "stuck",
    "prompt_chars": "prompt chars",
}
"""The measures of docs/metrics.md that the paper reports of each version; --json has all."""


def print_evolution(found: Evolution, page: Path) -> None:
    """Versions and their scores, what held-out worlds say, and where it all lies."""
    asked = found.asked
    out.print(_versions(found))
    out.print(
        shown(f"gate: seeds {name_seeds(asked.gate)}; held out: {name_seeds(asked.held_out)}"),
        soft_wrap=True,
    )
    if found.held_out is not None:
        _print_held_out(found.held_out, found.best)
    rejected = sum(not row.kept for row in found.rows)
    out.print(
        f"{rejected} attempts rejected; {found.episodes:,} episodes, {found.spared:,} spared by "
        "stopping what could no longer win",
        soft_wrap=True,
    )
    if found.stop:
        out.print(shown(f"ended: {found.stop}"), soft_wrap=True)
    for name, where in (("best", found.scaffold), ("page", page), ("run", found.run)):
        out.print(shown(f"{name:5} {where}"), soft_wrap=True)


def _versions(found: Evolution) -> object:
    table = numbers("version", "gate, %", "held out, %", "wiped, %", *MEASURES.values())
    held = found.held_out
    for version in found.versions:
        ends: dict[str, tuple[Score, Score]] = {}
        if held is not None:
            ends = {
                found.versions[0].name: (held.first, held.first_wiped),
                found.best.name: (held.last, held.last_wiped),
            }
        said = version.gate.metrics.shown() if version.gate.metrics else {}
        table.add_row(
            version.name,
            earned(version.gate),
            *(earned(one) for one in ends[version.name]) if version.name in ends else ("", ""),
            *(said.get(name, "") for name in MEASURES),
        )
    return table


def _print_held_out(held: HeldOut, best: Version) -> None:
    for what, compared in (
        (f"held out, {best.name} - v0", held.gain),
        ("what the files carry, v0", held.first_carried),
        (f"what the files carry, {best.name}", held.last_carried),
    ):
        out.print(shown(f"{what}: {difference(compared)}"), soft_wrap=True)


def difference(compared: Compared) -> str:
    """A paired difference as a person reads it, in points of progression."""
    found = compared.difference
    between = ""
    if found.low is not None and found.high is not None:
        between = f" ({100 * found.low:+.2f} to {100 * found.high:+.2f})"
    return f"{100 * found.mean:+.2f}{between}, p {compared.judged.p:.2g}, n {found.n}"


def earned(score: Score) -> str:
    """A score's mean, or why there is none."""
    if score.progression is None:
        return f"incomplete: {score.incomplete}"
    return per_cent(score.progression)
