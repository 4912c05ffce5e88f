"""REMEMBER: carry out LOG's memory actions in text order; at its end the scaffold tidies up."""

from __future__ import annotations

from automem_graph.agent.carry_out import Rows, as_results, carry_out
from automem_graph.agent.hear import failed
from automem_graph.agent.keeping import Keeping, Page
from automem_graph.agent.prompts import ask_again, open_plan, say, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.turns import rounds_left
from automem_graph.memory.memory import Deed


def remember(desk: Keeping, state: Step) -> Step:
    """Run the reply's actions; back to LOG with their results, or on to PLAN when LOG has ended."""
    done = desk.scaffold.manifest.done.name
    ended = any(call["name"] == done and call["problem"] is None for call in state["todo"])
    again = not ended and rounds_left(desk, state) > 0

    def telling(rows: Rows) -> list[Page]:
        if again:
            return [show_results(desk, state, "log", as_results(rows), goes_on=True)]
        return [] if desk.session.has("after_log") else _foreseen(desk, state, rows)

    rows, answers = carry_out(desk, state, "log", telling)
    actions = [*state["actions"], *rows]
    if again:
        if rows:
            pending = say(desk, *telling(rows))
            return {"actions": actions, "answers": answers, "pending": pending, "next": "log"}
        said_nothing = not state["todo"] and not failed(state["calls"][-1])
        if said_nothing and not state["repaired"]:
            return {"pending": say(desk, ask_again("log")), "repaired": True, "next": "log"}
    hook_state = _tidy(desk, state, _writes(desk, actions), _foreseen(desk, state, rows))
    pages = [*_shown(desk, state, rows), open_plan(desk, state, log_ran=True)]
    return {
        "actions": actions,
        "answers": answers,
        "hook_state": hook_state,
        "pending": say(desk, *pages),
        "rounds": 0,
        "repaired": False,
        "next": "plan",
    }


def _shown(desk: Keeping, state: Step, rows: Rows) -> list[Page]:
    """The results that PLAN sees of LOG's last actions, if there were any."""
    return [show_results(desk, state, "log", as_results(rows), goes_on=False)] if rows else []


def _foreseen(desk: Keeping, state: Step, rows: Rows) -> list[Page]:
    """What PLAN will be told, but for the files' index; nobody foresees what injected files say."""
    if desk.scaffold.manifest.inject.plan:
        return []
    return [*_shown(desk, state, rows), open_plan(desk, state, log_ran=True, foreseen=True)]


def _tidy(desk: Keeping, state: Step, writes: int, foreseen: list[Page]) -> dict[str, object]:
    """The scaffold's after-LOG hook: its edits are applied and journaled like any other."""
    if not desk.session.has("after_log"):
        return state["hook_state"]
    looked = {**state["seen"], "writes": writes}
    edits, hook_state = desk.session.after_log(state["hook_state"], looked, desk.ahead(foreseen))
    if edits:
        turn = len(state["calls"]) - 1
        deed = Deed(
            step=state["step"], turn=turn, routine="log", role="scaffold", action="after_log"
        )
        desk.memory.perform(deed, edits)
    return hook_state


def _writes(desk: Keeping, actions: Rows) -> int:
    """How many of this step's LOG actions wrote to memory."""
    writing = {spec.name for spec in desk.scaffold.manifest.actions if spec.kind == "write"}
    return sum(1 for row in actions if row["ok"] and row["name"] in writing)
