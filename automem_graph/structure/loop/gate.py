"""gate: what the scores of a match say, and what follows from it."""

from __future__ import annotations

from automem_graph.structure.bench import Bench
from automem_graph.structure.gate import Judged
from automem_graph.structure.heats import winner
from automem_graph.structure.lineage import Match, Stage
from automem_graph.structure.loop.generation import names_of, playable, reject
from automem_graph.structure.loop.state import LoopState, name_of


def gate(bench: Bench, state: LoopState) -> LoopState:
    """Reject, or confirm on fresh seeds; what is confirmed may be kept."""
    confirming = state["stage"] == "confirm"
    if bench.terms.is_population and not confirming:
        return _best_of(bench, state)
    draft = bench.draft(name_of(state))
    match = draft.confirmation if confirming else draft.trial
    assert match is not None, "trial comes before the gate"
    if match.judged is None or not match.judged.passed:
        stage: Stage = "trial" if match.failed else "gate"
        why = rejected(match, fresh=confirming)
        return {"stage": state["stage"] if confirming else stage, "why": why, "next": "discard"}
    said = won(match.judged, fresh=confirming)
    if not confirming:
        return {"why": said, "stage": "confirm", "next": "trial"}
    return {"why": said, "next": "approve" if bench.context.approve else "keep"}


def _best_of(bench: Bench, state: LoopState) -> LoopState:
    """Of a generation one at most is confirmed: who passed with the smallest p."""
    names = [child.name for child in playable(bench, names_of(state, state["last"]))]
    matches = {name: match for name in names if (match := bench.draft(name).trial) is not None}
    best = winner(matches)
    for name, match in matches.items():
        if match.judged is not None and match.judged.passed:
            why = f"{won(match.judged, fresh=False)}: {best} of the same generation did better"
        else:
            why = rejected(match, fresh=False)
        if name != best:
            reject(bench, name, "trial" if match.failed else "gate", why)
    if best is None:
        return {"next": "discard"}
    judged = matches[best].judged
    assert judged is not None
    number = int(best.partition(".")[2])
    return {
        "attempt": number, "why": won(judged, fresh=False), "stage": "confirm", "next": "trial",
    }  # fmt: skip


def won(judged: Judged, *, fresh: bool) -> str:
    """The sentence of a match that was won."""
    return f"{judged.mean:+.2%} on {judged.n} {_worlds(fresh)}, p {_told(judged.p)}"


def rejected(match: Match, *, fresh: bool) -> str:
    """The sentence of a match that was not."""
    if match.failed:
        return match.failed
    if match.alike:
        return (
            f"it plays just as before: action for action in {len(match.pairs)} {_worlds(fresh)}; "
            f"{match.spared} episodes were spared"
        )
    if match.outrun:
        mean = sum(pair.after for pair in match.pairs) / len(match.pairs)
        return (
            f"{mean:.2%} on the first {len(match.pairs)} worlds: others of its generation did "
            f"better, {match.spared} episodes were spared"
        )
    if match.judged is None:
        mean = sum(pair.gap for pair in match.pairs) / len(match.pairs)
        return (
            f"{mean:+.2%} after {len(match.pairs)} {_worlds(fresh)}: it could no longer win, "
            f"{match.spared} episodes were spared"
        )
    said = won(match.judged, fresh=fresh)
    if match.judged.mean <= 0:
        return f"{said}: no better"
    return f"{said}: not sure enough (p below {match.judged.rule.p:g} is)"


def _worlds(fresh: bool) -> str:
    return "fresh worlds" if fresh else "worlds"


def _told(p: float) -> str:
    return f"{p:.4f}" if p >= 0.0001 else "< 0.0001"
