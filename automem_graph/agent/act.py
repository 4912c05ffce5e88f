"""ACT: canonicalise the action, let the scaffold's bounded review look, step the world, journal."""

from __future__ import annotations

from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.prompts import say, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.take import journal, take
from automem_graph.agent.turns import answer_to_commit
from automem_graph.agent.wipe import wipe

REJECTIONS = 2
"""How often a scaffold's review may send one step's action back (paper, commit gate)."""


def act(desk: MemoryDesk, state: Step) -> Step:
    """Take the committed action and write the step's row; or go back with the review's reason."""
    said = state["committed"] or desk.card.default_action
    asked = said if state["fallback"] else desk.session.canonicalise(said, state["seen"])
    if not state["fallback"] and len(state["rejections"]) < REJECTIONS:
        reason = desk.session.review(asked, state["hook_state"], state["seen"])
        if reason:
            return _send_back(desk, state, said, reason)
    taken = take(desk, asked)
    if desk.wiped:
        wipe(desk, state)
    return journal(desk, state, said, taken, {} if desk.wiped else state["hook_state"])


def _send_back(desk: MemoryDesk, state: Step, said: str, reason: str) -> Step:
    """A rejected action goes back to whoever commits, at most `REJECTIONS` times a step."""
    why = f"Not taken: {reason}"
    results = [{"call": said, "text": why}]
    return {
        "answers": {**state["answers"], **answer_to_commit(desk, state, why)},
        "committed": None,
        "rejections": [*state["rejections"], reason],
        "pending": say(desk, show_results(desk, state, "plan", results, goes_on=False)),
        "rounds": 0,
        "repaired": False,
        "next": "commit" if desk.two_models else "plan",
    }
