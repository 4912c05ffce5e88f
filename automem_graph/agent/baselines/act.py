"""ACT: step the world and journal the step, with the whole conversation that led to it."""

from __future__ import annotations

from automem_graph.agent.baselines.desk import BaselineDesk
from automem_graph.agent.baselines.window import conversation
from automem_graph.agent.state import Step
from automem_graph.agent.take import journal, take


def act(desk: BaselineDesk, state: Step) -> Step:
    """Take the committed action and write the step's row."""
    said = state["committed"] or desk.card.default_action
    if state["messages"]:  # chance says nothing
        state = {**state, "messages": conversation(desk, state["messages"])}
    return journal(desk, state, said, take(desk, said), {})
