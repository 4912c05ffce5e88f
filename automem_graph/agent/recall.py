"""RECALL: carry out PLAN's actions, which only read, and decide who speaks next."""

from __future__ import annotations

from automem_graph.agent.carry_out import Rows, as_results, carry_out
from automem_graph.agent.keeping import Keeping, Page
from automem_graph.agent.prompts import ask_again, hand_off, say, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.turns import committed, fall_back, rounds_left


def recall(desk: Keeping, state: Step) -> Step:
    """Run the reply's reads; then back to PLAN, or on to the commit or the act."""
    action = committed(desk.scaffold.manifest.commit, state["todo"])
    again = action is None and rounds_left(desk, state) > 0

    def telling(rows: Rows) -> list[Page]:
        if not desk.two_models and not again:
            return []
        shown = [show_results(desk, state, "plan", as_results(rows), goes_on=again)] if rows else []
        return shown if again and rows else [*shown, hand_off()]

    rows, answers = carry_out(desk, state, "plan", telling)
    update: Step = {"actions": [*state["actions"], *rows], "answers": answers}
    if action is not None and not desk.two_models:
        return {**update, "committed": action, "next": "act"}
    if again:
        if rows:
            return {**update, "pending": say(desk, *telling(rows)), "next": "plan"}
        # A consulting specialist has nothing to commit: saying no more is how it hands over.
        if not desk.two_models and not state["repaired"]:
            repair = say(desk, ask_again("plan"))
            return {**update, "pending": repair, "repaired": True, "next": "plan"}
    if not desk.two_models:
        return {**update, **fall_back(desk)}
    fresh: Step = {"rounds": 0, "repaired": False, "next": "commit"}
    return {**update, "pending": say(desk, *telling(rows)), **fresh}
