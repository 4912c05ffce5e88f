"""Why a candidate was kept or not, as a proposer may know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automem_graph.evaluation.results import Key
from automem_graph.evaluation.statistics import estimate
from automem_graph.structure.desk.labels import anonymous
from automem_graph.structure.desk.plain import one_line
from automem_graph.structure.desk.scores import Scores, shown
from automem_graph.structure.lineage import Match, Row

STAGES = {
    "revise": "it came to no proposal",
    "check": "it did not pass the checks, and played nothing",
    "trial": "while it played the worlds of the gate",
    "gate": "by the gate, on the worlds of the gate",
    "confirm": "by the gate, on fresh worlds",
    "approve": "by a person, after it had won",
}
"""Where an attempt was decided, in words."""
WAITING = "it has not played yet"
"""The reason of a candidate that waits for the rest of its generation."""
MOST_WHY, MOST_REASON = 1500, 200


def verdict_of(row: Row, labels: Mapping[Key, str], parent: str = "") -> str:
    """`verdict.md`: the decision, then world by world against the incumbent of then.

    `parent` names what it was made from, where that is not what it had to beat.
    """
    if not row.parent:
        return f"# {row.name}: the scaffold that the search began with\n"
    if row.why == WAITING:
        return f"# {row.name}: not decided\n\nMade from {parent}: {WAITING}.\n"
    decision = f"kept as {row.version}" if row.kept else "rejected"
    parts = [f"# {row.name}: {decision}\n", f"{_where(row)} {_why(row)}\n"]
    parts += [f"It was made from {parent}.\n"] if parent else []
    if row.trial is not None:
        parts += ["## The worlds of the gate\n", _judged(row.trial), _table(row.trial, labels)]
    if row.confirmation is not None:
        parts += ["## Fresh worlds, which nobody is shown\n", _judged(row.confirmation)]
    return "\n".join(parts)


def history_of(rows: Sequence[Row], scores: Mapping[str, Scores | None]) -> str:
    """`history/index.md`: all candidates, a line each."""
    head = "| candidate | decision | gate worlds | against the incumbent | change | why | diff |"
    lines = [head, "|---|---|---|---|---|---|---|"]
    for row in rows:
        kept = f"**kept as {row.version}**" if row.kept else f"rejected ({row.stage})"
        kept = "not decided" if row.why == WAITING else kept
        played = scores.get(row.name)
        cells = (
            f"[{row.name}]({row.name}/)",
            kept,
            _mean(played),
            _gap(row.trial),
            one_line(row.reason, MOST_REASON),
            one_line(anonymous(row.why), MOST_REASON),
            f"{row.diff.files} files +{row.diff.added} -{row.diff.removed}" if row.parent else "",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "# All candidates\n\n" + "\n".join(lines) + "\n"


def _where(row: Row) -> str:
    return "It was kept" if row.kept else f"Rejected: {STAGES[row.stage]}."


def _why(row: Row) -> str:
    why = one_line(anonymous(row.why), MOST_WHY)
    return f"({why})." if row.kept else f"The reason: {why}"


def _mean(scores: Scores | None) -> str:
    if scores is None or scores.of_done is None:
        return "-"
    if scores.complete:
        return shown(scores.of_done)
    return f"{shown(scores.of_done)} over {scores.of_done.n} of {len(scores.episodes)}"


def _gap(match: Match | None) -> str:
    if match is None or not match.pairs:
        return "-"
    mean = estimate([pair.gap for pair in match.pairs])
    p = f", p {match.judged.p:.4f}" if match.judged else ""
    return f"{mean.mean * 100:+.2f} points{p}"


def _judged(match: Match) -> str:
    """What the match came to, in a sentence."""
    ended = ""
    if match.failed:
        ended = f" It ended early: {one_line(anonymous(match.failed), MOST_WHY)}"
    elif match.judged is None:
        ended = f" It could no longer win, so {match.spared} episodes were not played."
    if not match.pairs:
        return f"No pair of episodes was completed.{ended}\n"
    before = estimate([pair.before for pair in match.pairs])
    after = estimate([pair.after for pair in match.pairs])
    return (
        f"{len(match.pairs)} pairs. Incumbent {shown(before)}, this candidate {shown(after)}: "
        f"{_gap(match)}.{ended}\n"
    )


def _table(match: Match, labels: Mapping[Key, str]) -> str:
    """The pairs by label; those of other worlds are left out."""
    lines = ["| episode | task | incumbent | candidate | gap |", "|---|---|---|---|---|"]
    known = [pair for pair in match.pairs if pair.key in labels]
    for pair in sorted(known, key=lambda pair: labels[pair.key]):
        lines.append(
            f"| {labels[pair.key]} | {one_line(pair.task, 80)} | {pair.before:.1%} "
            f"| {pair.after:.1%} | {pair.gap * 100:+.1f} |"
        )
    return "\n".join(lines) + "\n"
