"""What is still to be played of a pipeline: an estimate, before it is paid for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automem_graph.agent.context import MEMORY_AGENTS
from automem_graph.evaluation.forecast import Forecast
from automem_graph.models.budget import Price
from automem_graph.proficiency.context import PLAYING
from automem_graph.proficiency.estimate import Part, expect
from automem_graph.proficiency.ledger import CONTROLS
from automem_graph.proficiency.ledger import read_ledger as read_trials
from automem_graph.proficiency.pipeline.plan import Plan
from automem_graph.proficiency.terms import read_terms

EVOLVED = 2 * len(MEMORY_AGENTS)
"""Who plays held-out seeds in loop 1: v0 and the best, each with its control."""

TRAINED = 2
"""Who else does in loop 2: the control and the promoted adapter. The table is made of all these."""


def estimate(plan: Plan, prices: Mapping[str, Price]) -> Mapping[str, Forecast]:
    """All episodes that each loop may still play, if everything comes to its trial.

    That is more than is to be expected: loop 1 stops what can no longer win, and mostly ends
    earlier. Where loop 2 has begun, loop 1 is over.
    """
    return {"evolve": _evolve(plan, prices), "train": _train(plan, prices)}


def _evolve(plan: Plan, prices: Mapping[str, Price]) -> Forecast:
    """A trial is one set of episodes on the gate's seeds, a confirmation two on fresh ones."""
    bench, context = plan.evolving, plan.evolving.context
    terms = bench.terms
    attempts = context.revisions * context.attempts * context.patience
    left = 0 if plan.trains else max(0, attempts - sum(bool(row.parent) for row in bench.rows))
    over = plan.trains or bench.folder.result.exists()
    unplayed = bench.folder.path / "unplayed"
    parts = [
        Part(terms.gate, bench.folder.play(terms.scaffold).path),
        Part(terms.gate, unplayed, 0 if over else 3 * left),
        Part(terms.held_out, unplayed, 0 if over else EVOLVED),
    ]
    given = _given(plan, str(bench.scaffold(terms.scaffold).absolute()))
    return expect(terms, given, parts, prices)


def _train(plan: Plan, prices: Mapping[str, Price]) -> Forecast:
    terms, folder = plan.training, plan.folder.train
    rows = read_trials(folder.ledger)
    trials = plan.context.recipes - sum(not row.is_control for row in rows)
    controls = len(CONTROLS) - sum(row.is_control for row in rows)
    over, unplayed = folder.result.exists(), folder.path / "unplayed"
    parts = [
        Part(terms.collect, folder.collected.path),
        Part(terms.trial, unplayed, 0 if over else trials + controls),
        Part(terms.held_out, unplayed, 0 if over else TRAINED),
    ]
    scaffold = plan.context.scaffold
    if plan.trains:
        scaffold = str((folder.path / "scaffolds" / read_terms(folder).scaffold).absolute())
    return expect(terms, _given(plan, scaffold), parts, prices)


def _given(plan: Plan, scaffold: str) -> Mapping[str, Any]:
    playing = {name: getattr(plan.context, name) for name in PLAYING}
    return {**playing, "gameplay": plan.base, "scaffold": scaffold}
