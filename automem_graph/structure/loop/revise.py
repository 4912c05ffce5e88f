"""revise: the proposer rewrites the scaffold on its desk."""

from __future__ import annotations

import time
from pathlib import Path

from automem_graph.episodes.layout import write_whole
from automem_graph.models.calling import ModelError
from automem_graph.structure.bench import Bench
from automem_graph.structure.desk.diff import diff_of, stat_of
from automem_graph.structure.desk.plain import clear, read_plain
from automem_graph.structure.desk.workspace import Proposal, collect, reset
from automem_graph.structure.draft import Draft, write_draft
from automem_graph.structure.events import Said
from automem_graph.structure.lineage import Spent
from automem_graph.structure.loop.check import after_failing
from automem_graph.structure.loop.generation import parent_of, settled
from automem_graph.structure.loop.state import LoopState, name_of
from automem_graph.structure.proposer import NoIdea, NoProposal
from automem_graph.structure.proposers import open_proposer
from automem_graph.structure.proposers.log import NAME as PROPOSER_LOG
from automem_graph.structure.purse import Unfinished

MOST_LOG = 1 << 20
"""Bytes of what a proposer has told of itself that are kept, beside what it wrote."""


def revise(bench: Bench, state: LoopState) -> LoopState:
    """Have the scaffold edited, and take what was written. No proposal is a rejected attempt."""
    bench.left()  # no proposal is begun without a budget
    name, again = name_of(state), state["tried"] > 0
    folder, desk = bench.folder.attempt(name), bench.workspace
    parent = state.get("parent") or bench.versions[-1].scaffold
    incumbent = bench.scaffold(parent)
    reset(desk, folder / "proposal" if again else incumbent, state["why"] if again else "")
    draft = bench.draft(name) if again else Draft(spent=bench.draft(name).spent, parent=parent)
    began = time.monotonic()
    try:
        proposer = open_proposer(bench.terms.proposer, meta=bench.terms.meta)
        spent = proposer.propose(desk, lambda line: bench.tell(Said(attempt=name, text=line)))
    except NoIdea as end:
        if bench.terms.is_population:
            return {"idle": [*state.get("idle", []), parent], "next": "review"}
        return {"stop": f"the proposer has nothing left to try: {end}", "next": "conclude"}
    except NoProposal as none:
        _keep_cost(folder, draft, none.spent, began)
        why = f"{state['why']} (sent back in vain: {none})" if again else str(none)
        why = why if again else f"no proposal: {none}"
        return settled(bench, state, {"why": why, "next": "discard"})
    except ModelError as error:
        raise Unfinished(f"{error}; the same command goes on") from error
    _keep_cost(folder, draft, spent, began)
    taken = collect(desk)
    _take(bench, name, taken, desk.path)
    tried = state["tried"] + 1
    if taken.flaw:
        return settled(bench, state, after_failing(tried, taken.flaw))
    return {"tried": tried, "stage": "check", "next": "check"}


def _keep_cost(folder: Path, draft: Draft, spent: Spent, began: float) -> None:
    """Add to what the attempt has cost, which is known before anything else is."""
    took = spent.model_copy(update={"seconds": round(time.monotonic() - began, 1)})
    write_draft(folder, draft.model_copy(update={"spent": draft.spent.plus(took)}))


def _take(bench: Bench, name: str, taken: Proposal, desk: Path) -> None:
    """Copy what was written out of the desk, and say how it differs from its parent."""
    folder = bench.folder.attempt(name)
    proposal = folder / "proposal"
    clear(proposal)
    taken.scaffold(proposal)
    diff = diff_of(bench.scaffold(parent_of(bench, name)), proposal)
    texts = {
        "analysis.md": taken.analysis,
        "changes.md": taken.changes,
        "diff.patch": diff,
        PROPOSER_LOG: read_plain(desk / PROPOSER_LOG, MOST_LOG),
    }
    for file, text in texts.items():
        write_whole(folder / file, text)
    update = {"reason": taken.reason, "diff": stat_of(diff)}
    write_draft(folder, bench.draft(name).model_copy(update=update))
