"""review: put all that is known of how the scaffolds played on the proposer's desk."""

from __future__ import annotations

from automem_graph.scaffold.load import shipped
from automem_graph.structure.bench import Bench
from automem_graph.structure.desk.views import show_candidate
from automem_graph.structure.desk.workspace import prepare
from automem_graph.structure.lineage import Row
from automem_graph.structure.loop.state import LoopState


def review(bench: Bench, state: LoopState) -> LoopState:
    """Lay out the workspace for the next attempt, unless the search is over."""
    if why := over(bench, state):
        return {"stop": why, "next": "conclude"}
    rows = bench.rows
    for row in rows:
        _show(bench, row)
    incumbent = bench.versions[-1]
    prepare(
        bench.workspace,
        incumbent=bench.scaffold(incumbent.scaffold),
        name=incumbent.name,
        rows=rows,
        parts=shipped() / "parts",
        rule=bench.terms.rule,
    )
    return {"stage": "revise", "tried": 0, "why": "", "next": "revise"}


def over(bench: Bench, state: LoopState) -> str:
    """Why the search is over; empty while it goes on."""
    asked = bench.context
    if state["version"] >= asked.revisions:
        return f"{asked.revisions} versions were kept: that is how many were asked for"
    failed = state["attempt"] - 1
    if failed >= asked.attempts * asked.patience:
        return f"{failed} attempts at version {state['version'] + 1} have failed: it has converged"
    if not bench.fresh:
        return (
            f"no fresh worlds are left for another confirmation: {bench.terms.suite} has "
            f"{bench.terms.worlds:,}"
        )
    return _unpaid(bench)


def _unpaid(bench: Bench) -> str:
    """Why the limit of episodes does not allow for another attempt; empty where it does.

    It is begun only if its trial and a confirmation can be played to their ends.
    """
    most, fresh = bench.context.episodes, bench.terms.keys(bench.fresh)
    could = len(bench.terms.keys(bench.terms.gate)) + 2 * len(fresh)
    used = bench.episodes
    if not most or used + could <= most:
        return ""
    return f"{used:,} of {most:,} episodes are used, and another attempt may take {could:,}"


def _show(bench: Bench, row: Row) -> None:
    known = bool(row.scaffold)
    run = bench.folder.play(row.scaffold) if known else None
    show_candidate(
        bench.workspace,
        row=row,
        scaffold=bench.scaffold(row.scaffold) if known else None,
        run=run if run is not None and run.asked.exists() else None,
        keys=bench.terms.keys(bench.terms.gate),
        salt=str(bench.terms.engine),
        attempt=bench.folder.attempt(row.name),
    )
