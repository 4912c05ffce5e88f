"""verify: examples are made of the traces, and compared with them byte for byte."""

from __future__ import annotations

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.examples import verify_picks
from automem_graph.proficiency.ledger import Data
from automem_graph.proficiency.loop.state import LoopState, name_of
from automem_graph.proficiency.reading import NoData


def verify(bench: Bench, state: LoopState) -> LoopState:
    """Make the trial's data and their card. Too few examples are a failed trial."""
    name, terms = name_of(state), bench.terms
    recipe = bench.draft(name).recipe
    assert recipe is not None, "decide comes before verify"
    try:
        data = verify_picks(
            [bench.folder.collected],
            recipe,
            bench.folder.trial(name),
            forbidden_seeds={*terms.trial, *terms.held_out},
            base=terms.base,
        )
    except NoData as none:
        bench.sketch(name, data=none.data or Data())
        return {"stage": "verify", "why": str(none), "next": "record"}
    bench.sketch(name, data=data)
    return {"stage": "train", "next": "approve" if bench.context.approve else "train"}
