"""review: put all that is known of how the scaffolds played on the proposer's desk."""

from __future__ import annotations

from automem_graph.scaffold.load import shipped
from automem_graph.structure.bench import Bench
from automem_graph.structure.desk.views import show_candidate
from automem_graph.structure.desk.workspace import Population, prepare
from automem_graph.structure.lineage import Row
from automem_graph.structure.loop.generation import (
    closed,
    first_of,
    most_of,
    parent_for,
    size_of,
    waiting,
)
from automem_graph.structure.loop.state import LoopState
from automem_graph.structure.population import read_front


def review(bench: Bench, state: LoopState) -> LoopState:
    """Lay out the workspace for the next attempt, unless the search is over."""
    begins = state["attempt"] == first_of(state)
    if begins and (why := over(bench, state)):
        return {"stop": why, "next": "conclude"}
    parent = parent_for(bench, state)
    if parent is None:
        if begins:
            return {"stop": "the proposer has nothing left to try", "next": "conclude"}
        return closed(bench, state, state["attempt"] - 1)
    decided, under_way = bench.rows, waiting(bench, state)
    rows = (*decided, *under_way)
    names = {row.scaffold: row.name for row in decided if row.scaffold}
    for row in rows:
        _show(bench, row, names.get(row.parent, "") if bench.terms.is_population else "")
    prepare(
        bench.workspace,
        incumbent=bench.scaffold(parent.scaffold),
        name=parent.name,
        rows=rows,
        parts=shipped() / "parts",
        rule=bench.terms.rule,
        population=_population(bench) if bench.terms.is_population else None,
    )
    size = size_of(bench, first_of(state) - 1)
    return {
        "first": first_of(state),
        "last": state["last"] if not begins else first_of(state) + size - 1,
        "parent": parent.scaffold,
        "stage": "revise",
        "tried": 0,
        "why": "",
        "next": "revise",
    }


def _population(bench: Bench) -> Population:
    front = read_front(bench.folder, bench.terms, bench.rows)
    return Population(best=bench.versions[-1].name, front=front)


def over(bench: Bench, state: LoopState) -> str:
    """Why the search is over; empty while it goes on."""
    asked = bench.context
    if state["version"] >= asked.revisions:
        return f"{asked.revisions} versions were kept: that is how many were asked for"
    failed = first_of(state) - 1
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
    most, used, could = bench.context.episodes, bench.episodes, most_of(bench, 1)
    if not most or used + could <= most:
        return ""
    return f"{used:,} of {most:,} episodes are used, and another attempt may take {could:,}"


def _show(bench: Bench, row: Row, parent: str) -> None:
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
        parent=parent,
    )
