"""trial: the adapter keeps memory while the base plays, on seeds that nobody was trained on."""

from __future__ import annotations

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.ledger import BASE, RANDOM
from automem_graph.proficiency.loop.state import LoopState, name_of
from automem_graph.proficiency.trial import play_sides
from automem_graph.structure.desk.plain import clear


def trial(bench: Bench, state: LoopState) -> LoopState:
    """Play the trial's seeds; the controls play them as well, once in a run.

    An episode of the base that fails is no recipe's fault: Unfinished. One of an adapter that fails
    twice is its own, and the end of its trial.
    """
    name = name_of(state)
    sides = [one for one in (BASE, RANDOM) if _is_wanted(bench, one)]
    seeds = bench.terms.trial
    failed = play_sides(bench, [*sides, name], seeds, f"on the {len(seeds)} seeds of the trials")
    if why := failed.get(RANDOM):  # another one is trained for the next trial
        clear(bench.folder.play(RANDOM).path)
        bench.sketch(RANDOM, failed=why, fitted=None)
    if why := failed.get(name):
        return {"stage": "trial", "why": why, "next": "record"}
    return {"stage": "done", "why": "", "next": "record"}


def _is_wanted(bench: Bench, control: str) -> bool:
    trained = control == BASE or bench.draft(control).fitted is not None
    return trained and bench.row(control) is None
