"""One turn of the step's conversation: say what is pending, hear a reply, read its calls.

One conversation per step is shared by both routines and both models. Roles always alternate:
whatever the user side has to say until the next model call is one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automem_graph.agent.hear import failed, hear
from automem_graph.agent.keeping import Keeping
from automem_graph.agent.speech import answered
from automem_graph.agent.state import Message, Step
from automem_graph.agent.table import SPECIALIST, Table
from automem_graph.protocols import ActionSpec, Call, Role, Routine


def ask(desk: Keeping, state: Step, routine: Routine, role: Role) -> Step:
    """Ask one role's model for its next reply in a routine.

    A specialist whose server is there but gives no reply is passed over, once in a step: as after
    any reply that says nothing, the gameplay model is handed the turn. The second time in a step
    it is the episode's error, so that no episode without a specialist has a score.
    """
    answers = answered(state["messages"][-1], state["answers"])
    messages = [*state["messages"], *answers, *_user_side(state, answers)]
    excused = desk.two_models and role == SPECIALIST and not any(map(failed, state["calls"]))
    call = hear(desk, messages, routine, role, excused=excused)
    actions, turn = desk.scaffold.manifest.actions, len(state["calls"])
    consults = desk.two_models and routine == "plan" and role == SPECIALIST
    found = desk.codec.read(call, actions, routine)
    return {
        "messages": [*messages, desk.codec.carried(call, turn, actions if consults else ())],
        "pending": [],
        "todo": [each.model_dump() for each in found],
        "answers": _refusals(desk, found, turn),
        "calls": [*state["calls"], call],
        "rounds": state["rounds"] + 1,
    }


def _user_side(state: Step, answers: list[Message]) -> list[Message]:
    """What the user side has to say as one message; none where answers to tool calls are all."""
    said = "\n\n".join(text for text in state["pending"] if text)
    return [] if answers and not said else [{"role": "user", "content": said}]


def _refusals(desk: Keeping, found: Sequence[Call], turn: int) -> dict[str, str]:
    """The answers to calls that cannot run, wherever the conversation goes from here."""
    answers: dict[str, str] = {}
    for place, call in enumerate(found):
        if call.problem:
            answers |= desk.codec.answer(turn, place, call.problem)
    return answers


def committed(commit: ActionSpec, todo: list[dict[str, Any]]) -> str | None:
    """The world action of the first commit among the calls, or None."""
    for call in todo:
        if commits(commit, call):
            return str(call["args"][commit.args[0]])
    return None


def answer_to_commit(desk: Keeping, state: Step, text: str) -> dict[str, str]:
    """The answer to the latest reply's commit, by its id, where that was a tool call."""
    for place, call in enumerate(state["todo"]):
        if commits(desk.scaffold.manifest.commit, call):
            return desk.codec.answer(len(state["calls"]) - 1, place, text)
    return {}


def commits(commit: ActionSpec, call: dict[str, Any]) -> bool:
    """Whether a call of the latest reply is its commit."""
    return bool(call["name"] == commit.name and call["problem"] is None)


def fall_back(desk: Table) -> Step:
    """No commit came: the world's default action is taken, which is always valid, and counted."""
    return {"committed": desk.card.default_action, "fallback": True, "next": "act"}


def rounds_left(desk: Keeping, state: Step) -> int:
    """Model calls that the current routine may still make."""
    return desk.scaffold.manifest.limits.rounds - state["rounds"]
