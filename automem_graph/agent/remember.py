"""REMEMBER: carry out LOG's memory actions in text order; at its end the scaffold tidies up."""

from __future__ import annotations

from automem_graph.agent.carry_out import as_results, carry_out
from automem_graph.agent.hear import failed
from automem_graph.agent.keeping import Keeping
from automem_graph.agent.prompts import ask_again, open_plan, say, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.turns import rounds_left
from automem_graph.memory.memory import Deed


def remember(desk: Keeping, state: Step) -> Step:
    """Run the reply's actions; back to LOG with their results, or on to PLAN when LOG has ended."""
    rows, answers = carry_out(desk, state, "log")
    actions = [*state["actions"], *rows]
    said_nothing = not state["todo"] and not failed(state["calls"][-1])
    done = desk.scaffold.manifest.done.name
    ended = any(call["name"] == done and call["problem"] is None for call in state["todo"])
    if not ended and rounds_left(desk, state) > 0:
        if rows:
            again = show_results(desk, state, "log", as_results(rows), goes_on=True)
            return {
                "actions": actions,
                "answers": answers,
                "pending": say(desk, again),
                "next": "log",
            }
        if said_nothing and not state["repaired"]:
            return {"pending": say(desk, ask_again("log")), "repaired": True, "next": "log"}
    hook_state = _tidy(desk, state, writes=_writes(desk, actions))
    pages = [open_plan(desk, state, log_ran=True)]
    if rows:
        pages.insert(0, show_results(desk, state, "log", as_results(rows), goes_on=False))
    return {
        "actions": actions,
        "answers": answers,
        "hook_state": hook_state,
        "pending": say(desk, *pages),
        "rounds": 0,
        "repaired": False,
        "next": "plan",
    }


def _tidy(desk: Keeping, state: Step, writes: int) -> dict[str, object]:
    """The scaffold's after-LOG hook: its edits are applied and journaled like any other."""
    looked = {**state["seen"], "writes": writes}
    edits, hook_state = desk.session.after_log(state["hook_state"], looked)
    if edits:
        turn = len(state["calls"]) - 1
        deed = Deed(
            step=state["step"], turn=turn, routine="log", role="scaffold", action="after_log"
        )
        desk.memory.perform(deed, edits)
    return hook_state


def _writes(desk: Keeping, actions: list[dict[str, object]]) -> int:
    """How many of this step's LOG actions wrote to memory."""
    writing = {spec.name for spec in desk.scaffold.manifest.actions if spec.kind == "write"}
    return sum(1 for row in actions if row["ok"] and row["name"] in writing)
