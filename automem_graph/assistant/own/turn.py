"""TURN: the agent answers, with its middleware keeping the episode's memory beside it."""

from __future__ import annotations

from automem_graph.agent.state import Step
from automem_graph.agent.turns import fall_back
from automem_graph.assistant.own.desk import OwnDesk
from automem_graph.assistant.own.record import Record
from automem_graph.assistant.own.speak import speak


def turn(desk: OwnDesk, state: Step) -> Step:
    """One turn of the conversation; what the agent says at its end is the action."""
    record = Record(hook_state=dict(state["hook_state"]))
    said = speak(desk, state, record)
    update: Step = {
        "messages": record.messages,
        "calls": record.calls,
        "actions": record.actions,
        "hook_state": record.hook_state,
    }
    if not said:
        return {**update, **fall_back(desk)}
    return {**update, "committed": said, "next": "act"}
