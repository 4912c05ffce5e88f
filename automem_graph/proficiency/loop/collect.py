"""collect: the base model plays the seeds that are trained on."""

from __future__ import annotations

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.ledger import BASE
from automem_graph.proficiency.loop.state import LoopState
from automem_graph.proficiency.served import check_served
from automem_graph.proficiency.standing import standing
from automem_graph.proficiency.trial import plan_side
from automem_graph.structure.playing import (
    play_jobs,
    refuse_failed,
    refuse_stopped,
    refuse_unserved,
)


def collect(bench: Bench, state: LoopState) -> LoopState:
    """Play all of it, and stand where the ledger says that the loop has come to.

    Raises Unfinished where an episode is missing: data are never made of those that went well.
    """
    terms = bench.terms
    missing = standing(BASE, bench.folder.collected, terms.keys(terms.collect)) is None
    if terms.folder and missing:
        check_served(terms.gameplay, terms.base, bench.folder.path / "no-adapter")
    jobs = plan_side(bench, BASE, terms.collect, bench.folder.collected)
    found = list(play_jobs(bench, jobs, f"the base model on {len(jobs)} worlds to train on"))
    refuse_stopped(found)
    refuse_unserved(found)
    refuse_failed(found, "the base model")
    return {
        "run": str(bench.folder.path),
        "forked": "",
        "trial": len(bench.trials) + 1,
        "tried": 0,
        "why": "",
        "stop": "",
        "promoted": "",
        "next": "decide",
    }
