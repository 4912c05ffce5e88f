"""Carry out a reply's memory actions, in text order: what `remember` and `recall` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from automem_graph.agent.events import MemoryActed
from automem_graph.agent.keeping import Keeping, Page
from automem_graph.agent.speech import clean
from automem_graph.agent.state import Step
from automem_graph.memory.memory import Deed
from automem_graph.protocols import ActionSpec, Call, Role, Routine
from automem_graph.scaffold.ahead import Ahead

ENDED = "This ends the routine."
"""Answers the tool call that ends a routine."""


class Carried(NamedTuple):
    """What became of a reply's calls."""

    rows: Rows
    """A row for each that ran, or could not."""
    answers: dict[str, str]
    """What tool calls answer, by their ids."""


Rows = list[dict[str, Any]]

Telling = Callable[[Rows], Sequence[Page]]
"""What will be said next, given the rows of a reply's calls; results of None are gaps."""


def carry_out(desk: Keeping, state: Step, routine: Routine, telling: Telling) -> Carried:
    """Run the calls of the latest reply up to its end (DONE or a commit).

    The last of them carries along what will be said next, to be rendered in the same trip.

    Running the same turn again (after a crash, or from an older checkpoint) first takes back what
    it had changed, so a turn counts once.
    """
    role: Role = state["calls"][-1]["role"]
    turn = len(state["calls"]) - 1
    desk.memory.rewind(state["step"], turn)
    consulting = desk.two_models and routine == "plan"  # a commit is stripped, its neighbours run
    specs = {spec.name: spec for spec in desk.scaffold.manifest.actions}
    rows: Rows = []
    answers = dict(state["answers"])
    calls = [Call.model_validate(data) for data in state["todo"]]
    ends = [call.problem is None and _ends(specs.get(call.name)) for call in calls]
    running = [
        place
        for place in range(len(calls))
        if not ends[place] and (consulting or not any(ends[:place]))
    ]
    for place in running:
        call, spec = calls[place], specs.get(calls[place].name)
        ahead = None
        if place == running[-1]:
            ahead = desk.ahead(telling([*rows, {"call": call.text, "result": None}]))
        row = _run(
            desk,
            call,
            spec,
            ahead,
            Deed(
                step=state["step"],
                turn=turn,
                routine=routine,
                role=role,
                action=call.name,
                args=dict(call.args),
                problem=call.problem,
            ),
        )
        rows.append({"turn": turn, "routine": routine, "role": role, **row})
        answers |= desk.codec.answer(turn, place, row["result"])
        desk.tell(
            MemoryActed(
                step=state["step"], routine=routine, role=role, call=call.text, result=row["result"]
            )
        )
    if any(ends) and not consulting:
        answers |= desk.codec.answer(turn, ends.index(True), ENDED)
    return Carried(rows, answers)


def _ends(spec: ActionSpec | None) -> bool:
    """Whether a call of this action ends its routine."""
    return spec is not None and spec.kind in ("done", "commit")


def _run(
    desk: Keeping, call: Call, spec: ActionSpec | None, ahead: Ahead | None, deed: Deed
) -> dict[str, Any]:
    """One call: its code in the scaffold's process, its edits here, one row in the journal."""
    if call.problem is not None or spec is None:
        answer = desk.memory.perform(deed)
        return {"name": call.name, "call": call.text, "result": clean(answer.text), "ok": False}
    reply = desk.session.run(spec, call.args, ahead)
    answer = desk.memory.perform(deed.model_copy(update={"found": reply.found}), reply.edits)
    text = reply.text if answer.ok else answer.text
    row = {"name": call.name, "call": call.text, "result": clean(text), "ok": answer.ok}
    return row if reply.found is None else {**row, "found": reply.found}


def as_results(rows: Rows) -> list[dict[str, str]]:
    """The rows as the results template wants them: what was called and what it answered."""
    return [{"call": row["call"], "text": row["result"]} for row in rows]
