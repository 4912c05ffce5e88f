"""record: the row of a trial, whatever became of it, and those of the controls."""

from __future__ import annotations

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.events import Recorded
from automem_graph.proficiency.ledger import BASE, CONTROLS, Row, Stage, add_row
from automem_graph.proficiency.loop.decide import over
from automem_graph.proficiency.loop.state import LoopState, name_of
from automem_graph.proficiency.standing import Standing
from automem_graph.proficiency.trainers.card import Trained, read_making, write_card

_WHAT = {
    BASE: "the base model alone, which keeps memory and plays",
    "random": "the control: as many random turns, trained in the same way",
}


def record(bench: Bench, state: LoopState) -> LoopState:
    """Write the row; the decider is asked for another recipe, unless that was the last."""
    for control in CONTROLS if state["stage"] in ("trial", "done") else ():
        played = bench.standing(control, bench.terms.trial)
        if played is not None and bench.row(control) is None:
            _write(bench, control, "done", _WHAT[control], played)
    name = name_of(state)
    if bench.row(name) is not None:
        pass  # a checkpoint behind the ledger: what stands there holds
    elif state["stage"] == "done":
        played = bench.standing(name, bench.terms.trial)
        assert played is not None, "trial comes before record"
        _write(bench, name, "done", _told(played), played)
    else:
        _write(bench, name, state["stage"], state["why"])
    after: LoopState = {"trial": state["trial"] + 1, "tried": 0, "why": ""}
    stop = over(bench, after)
    return {**after, "stop": stop, "next": "promote" if stop else "decide"}


def _write(bench: Bench, name: str, stage: Stage, why: str, played: Standing | None = None) -> None:
    """Done twice, it is there once."""
    draft = bench.draft(name)
    row = Row(
        name=name,
        recipe=draft.recipe,
        stage=stage,
        why=why,
        rationale=draft.rationale,
        data=draft.data,
        fitted=draft.fitted,
        progression=played.by_seed if played else {},
        behaviour=played.behaviour if played else None,
        spent=draft.spent,
    )
    add_row(bench.folder.ledger, row)
    if played is not None:
        _tell_of(bench, row)
    bench.tell(Recorded(row=row))


def _tell_of(bench: Bench, row: Row) -> None:
    """Write an adapter's model card anew, with its recipe, its data and how it plays.

    It says nothing of a trainer's folder that has no `automem.json`: that is somebody else's.
    """
    adapter = bench.folder.path / row.fitted.adapter if row.fitted else None
    if adapter is None or read_making(adapter) is None:
        return
    beside = tuple(one for one in bench.rows if one.is_control and one.name != row.name)
    trained = Trained(
        scaffold=bench.terms.scaffold,
        task=bench.terms.suite,
        recipe=row.recipe,
        rationale=row.rationale,
        data=row.data,
        rows=(*beside, row),
    )
    write_card(adapter, trained)


def _told(played: Standing) -> str:
    ours = played.behaviour
    return (
        f"progression {played.progression.mean:.2%}; writes per search "
        f"{ours.writes_per_search:.2f}, repeated writes {ours.repeated_writes:.1%}, "
        f"failed calls {ours.failed_calls:.1%}"
    )
