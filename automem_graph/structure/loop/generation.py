"""A generation: the attempts that are proposed one after another, and then play at once.

Hill climbing has generations of one: each attempt is made from the best version and decided before
the next one is proposed.
"""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.structure.bench import Bench
from automem_graph.structure.desk.verdict import WAITING
from automem_graph.structure.draft import write_draft
from automem_graph.structure.heats import Child, cost_of
from automem_graph.structure.lineage import Row, Stage
from automem_graph.structure.loop.state import LoopState, name_of
from automem_graph.structure.population import draw, front_of
from automem_graph.structure.terms import words_of


def first_of(state: LoopState) -> int:
    """The number of the generation's first attempt."""
    return state.get("first", state["attempt"])


def names_of(state: LoopState, last: int) -> tuple[str, ...]:
    """The names of the generation's attempts, up to a number."""
    version = f"v{state['version'] + 1}"
    return tuple(f"{version}.{number}" for number in range(first_of(state), last + 1))


def size_of(bench: Bench, failed: int) -> int:
    """How many attempts the next generation has: fewer than asked for where not as many are left.

    `failed` attempts at this version have been rejected. What a generation costs at most, with a
    confirmation, fits into the limit of episodes.
    """
    asked, terms = bench.context, bench.terms
    size = min(terms.children, asked.attempts * asked.patience - failed)
    while size > 1 and asked.episodes and bench.episodes + most_of(bench, size) > asked.episodes:
        size -= 1
    return max(1, size)


def most_of(bench: Bench, size: int) -> int:
    """Episodes that a generation and a confirmation take at most."""
    fresh = 2 * len(bench.terms.keys(bench.fresh))
    return cost_of(size, bench.terms.gate, len(bench.terms.tasks)) + fresh


def parent_for(bench: Bench, state: LoopState) -> Row | None:
    """The row of the scaffold that this attempt is made from; None where nobody is left for it.

    In hill climbing the best version. In a population it is drawn from the front, by the words of
    the run and the attempt's name, without those that the proposer has no idea for.
    """
    if not bench.terms.is_population:
        return bench.versions[-1]
    idle = state.get("idle", [])
    front = [one for one in front_of(bench.pool) if one.scaffold not in idle]
    if not front:
        return None
    drawn = draw(front, f"{words_of(bench.terms)} {name_of(state)}")
    return next(row for row in bench.rows if row.name == drawn.name)


def parent_of(bench: Bench, name: str) -> str:
    """The id of the scaffold that an attempt under way is made from."""
    return bench.draft(name).parent or bench.versions[-1].scaffold


def waiting(bench: Bench, state: LoopState) -> tuple[Row, ...]:
    """What is known of the generation's attempts before this one, as rows to be shown."""
    rows = []
    for name in names_of(state, state["attempt"] - 1):
        draft = bench.draft(name)
        stage, why = draft.stage or "trial", draft.why or WAITING
        rows.append(draft.row(name, draft.parent, kept=False, stage=stage, why=why))
    return tuple(rows)


def playable(bench: Bench, names: Sequence[str]) -> tuple[Child, ...]:
    """Those of the attempts that have passed the checks."""
    drafts = {name: bench.draft(name) for name in names}
    return tuple(
        Child(name, draft.scaffold, draft.parent)
        for name, draft in drafts.items()
        if draft.scaffold
    )


def settled(bench: Bench, state: LoopState, found: LoopState) -> LoopState:
    """What follows once an attempt is proposed and checked: the generation's next, or the trial.

    `found` says what would follow for an attempt that has no others beside it.
    """
    goes = found["next"]
    if not bench.terms.is_population or goes not in ("trial", "discard"):
        return found
    if goes == "discard":
        reject(bench, name_of(state), found.get("stage", state["stage"]), found["why"])
    if state["attempt"] < state["last"]:
        return {**found, "attempt": state["attempt"] + 1, "next": "review"}
    return {**found, **closed(bench, state, state["attempt"])}


def closed(bench: Bench, state: LoopState, last: int) -> LoopState:
    """Where a generation goes to that has no more attempts than up to this number."""
    able = playable(bench, names_of(state, last))
    return {"attempt": last, "last": last, "stage": "trial", "next": "trial" if able else "discard"}


def reject(bench: Bench, name: str, stage: Stage, why: str) -> None:
    """Keep why an attempt was rejected until its generation is decided."""
    draft = bench.draft(name)
    update = {"stage": stage, "why": why}
    write_draft(bench.folder.attempt(name), draft.model_copy(update=update))
