"""select: the recipe's selector picks turns, in isolation."""

from __future__ import annotations

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.loop.decide import after_refusing
from automem_graph.proficiency.loop.state import LoopState, name_of
from automem_graph.proficiency.picks import select_turns
from automem_graph.proficiency.selector import BadSelector


def select(bench: Bench, state: LoopState) -> LoopState:
    """Let it pick among all turns that were collected; one that fails goes back to the decider."""
    name = name_of(state)
    recipe = bench.draft(name).recipe
    assert recipe is not None, "decide comes before select"
    try:
        select_turns([bench.folder.collected], recipe, bench.folder.trial(name))
    except BadSelector as fault:
        return after_refusing(state["tried"], "select", str(fault))
    return {"stage": "verify", "next": "verify"}
