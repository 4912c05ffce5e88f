"""promote: the best adapter that passes, or none; held-out seeds tell what it is worth."""

from __future__ import annotations

from automem_graph.episodes.layout import write_json
from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.ledger import BASE, RANDOM
from automem_graph.proficiency.loop.state import LoopState
from automem_graph.proficiency.promote import promote as choose
from automem_graph.proficiency.result import read_training
from automem_graph.proficiency.trial import play_sides
from automem_graph.structure.purse import Unfinished


def promote(bench: Bench, state: LoopState) -> LoopState:
    """Choose, have the chosen one and both controls play the held-out seeds, and write it down.

    Where none is promoted, nobody plays them: they are as good as new.
    """
    seeds = bench.terms.trial
    stands = [bench.standing(row.name, seeds) for row in bench.trials if not row.failed]
    found = choose(
        bench.standing(BASE, seeds),
        bench.standing(RANDOM, seeds),
        [one for one in stands if one is not None],
        bench.terms.margin,
    )
    if found.name:
        held = bench.terms.held_out
        what = f"on {len(held)} held-out seeds"
        for name, why in play_sides(bench, [BASE, RANDOM, found.name], held, what).items():
            raise Unfinished(f"{name} {what}: {why}; the same command tries again")
    result = read_training(bench.folder, found, stop=state["stop"])
    write_json(bench.folder.result, result.model_dump(mode="json"))
    return {"promoted": found.name, "next": "end"}
