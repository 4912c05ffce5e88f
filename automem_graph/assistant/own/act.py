"""ACT: give the world the agent's answer, and journal the step with all that led to it."""

from __future__ import annotations

from automem_graph.agent.state import Step
from automem_graph.agent.take import journal, take
from automem_graph.agent.wipe import wipe
from automem_graph.assistant.own.desk import OwnDesk


def act(desk: OwnDesk, state: Step) -> Step:
    """Take the answer and write the step's row."""
    said = state["committed"] or desk.card.default_action
    taken = take(desk, said)
    if desk.wiped:
        wipe(desk, state)
    update = journal(desk, state, said, taken, {} if desk.wiped else state["hook_state"])
    desk.talk.add(state["step"], state["seen"]["observation"], said)
    return update
