"""RECALL: carry out PLAN's actions, which only read, and decide who speaks next."""

from __future__ import annotations

from automem_graph.agent.carry_out import as_results, carry_out
from automem_graph.agent.keeping import Keeping
from automem_graph.agent.prompts import ask_again, hand_off, say, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.turns import committed, fall_back, rounds_left


def recall(desk: Keeping, state: Step) -> Step:
    """Run the reply's reads; then back to PLAN, or on to the commit or the act."""
    rows, answers = carry_out(desk, state, "plan")
    update: Step = {"actions": [*state["actions"], *rows], "answers": answers}
    action = committed(desk.scaffold.manifest.commit, state["todo"])
    if action is not None and not desk.two_models:
        return {**update, "committed": action, "next": "act"}
    if action is None and rounds_left(desk, state) > 0:
        if rows:
            again = show_results(desk, state, "plan", as_results(rows), goes_on=True)
            return {**update, "pending": say(desk, again), "next": "plan"}
        # A consulting specialist has nothing to commit: saying no more is how it hands over.
        if not desk.two_models and not state["repaired"]:
            repair = say(desk, ask_again("plan"))
            return {**update, "pending": repair, "repaired": True, "next": "plan"}
    if not desk.two_models:
        return {**update, **fall_back(desk)}
    results = [show_results(desk, state, "plan", as_results(rows), goes_on=False)] if rows else []
    fresh: Step = {"rounds": 0, "repaired": False, "next": "commit"}
    return {**update, "pending": say(desk, *results, hand_off()), **fresh}
