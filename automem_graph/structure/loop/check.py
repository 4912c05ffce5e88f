"""check: what was proposed is looked at and tried on a toy, before a step of the game is paid."""

from __future__ import annotations

from automem_graph.episodes.identity import episode_id
from automem_graph.episodes.keep import read_run
from automem_graph.episodes.trace import walk_trace
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench
from automem_graph.structure.checks.check import Unfit, check_scaffold
from automem_graph.structure.desk.plain import clear
from automem_graph.structure.draft import write_draft
from automem_graph.structure.loop.generation import settled, waiting
from automem_graph.structure.loop.state import LoopState, name_of
from automem_graph.worlds.registry import find_task

TEXTS = 40
"""Observations of each task that hooks are tried on: some read the words of a game."""

TRIES = 2
"""What fails goes back to the proposer once, with the reason."""


def check(bench: Bench, state: LoopState) -> LoopState:
    """Give what passes its id; what does not goes back, or is rejected."""
    name = name_of(state)
    folder = bench.folder.attempt(name)
    for left in folder.glob("check-*"):  # of a check that was killed
        clear(left)
    try:
        cards = [find_task(task).card for task in bench.terms.tasks]
        check_scaffold(folder / "proposal", cards, scratch=folder, texts=_texts(bench))
        scaffold = load_scaffold(folder / "proposal")
    except (Unfit, ScaffoldError) as reason:
        return settled(bench, state, after_failing(state["tried"], str(reason)))
    known = (*bench.rows, *waiting(bench, state))
    same = next((row for row in known if row.scaffold == scaffold.id), None)
    if same is not None:
        why = f"nothing is new: it is the scaffold of {same.name}"
        return settled(bench, state, {"why": why, "next": "discard"})
    bench.keep(scaffold)
    write_draft(folder, bench.draft(name).model_copy(update={"scaffold": scaffold.id}))
    return settled(bench, state, {"why": "", "stage": "trial", "next": "trial"})


def after_failing(tried: int, why: str) -> LoopState:
    """Back to the proposer with the reason, or the end of the attempt."""
    goes = "revise" if tried < TRIES else "discard"
    return {"why": why, "tried": tried, "stage": "check", "next": goes}


def _texts(bench: Bench) -> list[str]:
    """What v0 has seen in its first episode of each task, spread over the episode."""
    run = bench.folder.play(bench.terms.scaffold)
    asked, seed = read_run(run), bench.terms.gate[0]
    texts: list[str] = []
    for task in bench.terms.tasks:
        _, rows = walk_trace(run.episode(episode_id(asked.of(task), seed)))
        seen = [row.answer.text for row in rows]
        texts += seen[:: max(1, len(seen) // TEXTS)][:TEXTS]
    return texts
