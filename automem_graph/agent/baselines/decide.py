"""DECIDE: the model commits one world action, or chance does; one call a step."""

from __future__ import annotations

from automem_graph.agent.baselines.chance import draw
from automem_graph.agent.baselines.desk import BaselineDesk
from automem_graph.agent.baselines.prompts import COMMIT, render
from automem_graph.agent.baselines.window import conversation
from automem_graph.agent.hear import hear
from automem_graph.agent.speech import spoken
from automem_graph.agent.state import Message, Step
from automem_graph.agent.table import GAMEPLAY
from automem_graph.agent.turns import committed, fall_back
from automem_graph.memory.grammar import parse


def decide(desk: BaselineDesk, state: Step) -> Step:
    """One commit; a reply without one is asked again once, then the fallback acts."""
    if desk.agent == "random":
        return {"committed": draw(desk.card, desk.seed, state["step"]), "next": "act"}
    asked: Message = {"role": "user", "content": "\n\n".join(state["pending"])}
    own = [*state["messages"], asked]
    call = hear(desk, conversation(desk, own), "plan", GAMEPLAY)
    update: Step = {
        "messages": [*own, spoken(call["reply"])],
        "pending": [],
        "calls": [*state["calls"], call],
    }
    found = [each.model_dump() for each in parse(call["reply"], (COMMIT,), "plan")]
    action = committed(COMMIT, found)
    if action is not None:
        return {**update, "committed": action, "next": "act"}
    if state["repaired"]:
        return {**update, **fall_back(desk)}
    again = render("repair", default_action=desk.card.default_action)
    return {**update, "pending": [again], "repaired": True, "next": "decide"}
