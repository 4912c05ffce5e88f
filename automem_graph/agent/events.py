"""What happens while an episode is played, told as it happens to Studio and to a listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from automem_graph.agent.step import StepRow
from automem_graph.protocols import CallCounts, Frozen, Observation, Role, Routine


class MemoryActed(Frozen):
    """A memory action ran; `result` is what the model is told."""

    event: Literal["memory"] = "memory"
    step: int
    routine: Routine
    role: Role
    call: str
    result: str


class Stepped(CallCounts):
    """The world answered an action. The counts are of this step, and always told."""

    event: Literal["step"] = "step"
    step: int
    action: str
    observation: Observation
    calls: int
    input_tokens: int
    output_tokens: int
    fallback: bool
    invalid: bool


Event = MemoryActed | Stepped
Listener = Callable[[Event], None]


def stepped(row: StepRow) -> Stepped:
    """The event that a finished step's row amounts to."""
    kept = [call.usage for call in row.calls if call.role == "specialist"]
    return Stepped(
        step=row.step,
        action=row.action,
        observation=row.answer,
        calls=len(row.calls),
        input_tokens=sum(call.usage.input for call in row.calls),
        output_tokens=sum(call.usage.output for call in row.calls),
        specialist_input_tokens=sum(usage.input for usage in kept),
        specialist_output_tokens=sum(usage.output for usage in kept),
        fallback=row.fallback,
        invalid=bool(row.note),
    )
