"""The window: what a model without memory files is shown of the steps behind it.

BALROG's naive agent: the last 16 observations, the latest one included, with the actions between
them as chat turns. Its chain-of-thought agent is shown its latest reply whole, of older turns only
the action. The turns are made from the trace, so a resumed or forked episode has the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.agent.baselines.desk import BaselineDesk
from automem_graph.agent.baselines.prompts import COMMIT, render
from automem_graph.agent.desk import PastStep
from automem_graph.agent.speech import as_said
from automem_graph.agent.state import Message
from automem_graph.memory.grammar import write_call


def conversation(desk: BaselineDesk, own: Sequence[Message]) -> list[Message]:
    """The whole conversation of the step being played: system, window, and the step's own part."""
    messages: list[Message] = [{"role": "system", "content": desk.system}]
    past = desk.recorder.past
    for step in past:
        whole = desk.thinks and step is past[-1]
        messages += _turn(step, as_said(step.reply) if whole and step.reply else _commit(step))
    return [*messages, *own]


def _turn(step: PastStep, said: str) -> tuple[Message, Message]:
    """A past step as two messages: what was seen, and what was said."""
    seen = render("past", step=step.step, observation=step.observation)
    return {"role": "user", "content": seen}, {"role": "assistant", "content": said}


def _commit(step: PastStep) -> str:
    return write_call(COMMIT, {"action": step.action})
