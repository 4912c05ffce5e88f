"""Figures as a person reads them, the same on a page and in a terminal."""

from __future__ import annotations

import statistics

from automem_graph.evaluation.scores import Score
from automem_graph.evaluation.statistics import Difference, Estimate, estimate
from automem_graph.structure.lineage import DiffStat, Match, Row
from automem_graph.structure.result import Compared, Evolution

MEASURES = {
    "growth": "growth",
    "repeated_writes": "repeated",
    "empty_searches": "empty",
    "stuck_steps": "stuck",
    "prompt_chars": "prompt chars",
}
"""The measures of docs/metrics.md that the paper reports of each version, and short names."""

NONE = "-"


def per_cent(found: Estimate) -> str:
    """A mean with its standard error, as the paper prints them."""
    return f"{100 * found.mean:.2f} ± {100 * found.error:.2f}"


def points(gain: float) -> str:
    """A difference of progressions, in points."""
    return f"{100 * gain:+.2f}"


def p_value(p: float) -> str:
    """A p, which is never 0."""
    return f"{p:.4f}" if p >= 0.0001 else "< 0.0001"


def dollars(usd: float | None) -> str:
    """A cost as a person reads it."""
    return "unpriced" if usd is None else f"${usd:,.2f}"


def earned(score: Score) -> str:
    """A score's mean, or why there is none."""
    if score.progression is None:
        return f"incomplete: {score.incomplete}"
    return per_cent(score.progression)


def interval(found: Difference) -> str:
    """The 95 % interval of a difference, in points."""
    if found.low is None or found.high is None:
        return NONE
    return f"{points(found.low)} to {points(found.high)}"


def difference(compared: Compared) -> str:
    """A paired difference in a line, in points, with the gate's one-sided p."""
    found, between = compared.difference, interval(compared.difference)
    said = "" if between == NONE else f" ({between})"
    return f"{points(found.mean)}{said}, p {p_value(compared.judged.p)}, n {found.n}"


def held_out_gain(found: Evolution) -> Compared | None:
    """What is to be believed of the last version; None before that is known, or while it is v0."""
    return None if found.held_out is None or found.best.name == "v0" else found.held_out.gain


def gains(found: Evolution) -> dict[str, Compared]:
    """The comparisons that there are, by name."""
    best, held = found.best.name, found.held_out
    compared = {
        f"{best} - v0, on the gate's worlds": found.gate_gain,
        f"{best} - v0, held out": held_out_gain(found),
        "what the files carry, v0": held.first_carried if held else None,
        f"what the files carry, {best}": held.last_carried if held else None,
    }
    return {name: one for name, one in compared.items() if one is not None}


def verdict(row: Row) -> str:
    """What became of an attempt, in two or three words."""
    if not row.parent:
        return "the first"
    return f"kept as {row.version}" if row.kept else f"rejected at {row.stage}"


def parent(found: Evolution, row: Row) -> str:
    """The name of what an attempt was made from; NONE for the first one."""
    named = (one.name for one in found.rows if one.scaffold and one.scaffold == row.parent)
    return next(named, NONE)


def share(found: Evolution, row: Row) -> str:
    """In how many worlds a possible parent of a population is the best; NONE for all others."""
    best = found.front.get(row.name)
    return NONE if best is None else f"{best:.2f}"


def gate_mean(found: Evolution, row: Row) -> str:
    """What a scaffold earned on the gate's worlds; NONE for one that did not play all of them."""
    version = next((one for one in found.versions if one.row == row), None)
    if version is not None:
        return earned(version.gate)
    if row.trial is None or row.trial.judged is None:
        return NONE
    return per_cent(estimate([pair.after for pair in row.trial.pairs]))


def gain(match: Match | None) -> str:
    """The mean gap of a match, in points; of one that was stopped, with how far it came."""
    if match is None or not match.pairs:
        return NONE
    if match.judged is not None:
        return points(match.judged.mean)
    count = len(match.pairs)
    return f"{points(statistics.fmean(pair.gap for pair in match.pairs))} after {count}"


def p_of(match: Match | None) -> str:
    """The p of a match that was played to its end."""
    return NONE if match is None or match.judged is None else p_value(match.judged.p)


def changed(diff: DiffStat) -> str:
    """How much an attempt changed."""
    if not diff.files:
        return NONE
    files = "1 file" if diff.files == 1 else f"{diff.files} files"
    return f"{files} +{diff.added} -{diff.removed}"


def in_short(found: Evolution, row: Row) -> str:
    """All that is known of an attempt's scores and size, as far as there is anything."""
    said = {
        "gate": gate_mean(found, row),
        "gain": _gain_and_p(row.trial),
        "confirmed": _gain_and_p(row.confirmation),
        "changed": changed(row.diff),
    }
    return "; ".join(f"{name} {text}" for name, text in said.items() if text != NONE)


def _gain_and_p(match: Match | None) -> str:
    p = p_of(match)
    return gain(match) if p == NONE else f"{gain(match)}, p {p}"
