"""OBSERVE: take what a person says next; where a session begins, with an empty conversation."""

from __future__ import annotations

from automem_graph.agent.observe import begin
from automem_graph.agent.state import Step
from automem_graph.assistant.own.desk import OwnDesk


def observe(desk: OwnDesk, state: Step) -> Step:
    """Begin the step that the trace says is next; a state behind the trace adopts it.

    What memory keeps of a conversation beside the files ends with it, as with a thread.
    """
    at = desk.recorder.position
    desk.memory.rewind(at.step, 0)
    fresh = desk.talk.begins(at.answer)
    known = begin(desk)
    if known["done"]:
        return known
    return {**known, "hook_state": {} if fresh else known["hook_state"], "next": "turn"}
