"""The nodes of the memory agent: those of the inner loop, between what is heard and the reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime

from automem_graph.agent import log as logging
from automem_graph.agent import plan as planning
from automem_graph.agent import recall as recalling
from automem_graph.agent import remember as remembering
from automem_graph.agent.prompts import open_log, open_plan, say
from automem_graph.agent.state import Step
from automem_graph.assistant.desk import KeeperDesk, Node, SetDesk
from automem_graph.assistant.hearing import (
    MOST_BEFORE,
    MOST_MARKS,
    as_text,
    cut,
    last_said,
    mark,
    news,
)
from automem_graph.assistant.recalled import Recalled, as_message, found
from automem_graph.assistant.state import MemoryState

NOTHING = "Memory has nothing on this."


def at_keeper(set_desk: SetDesk, node: Node) -> Callable[..., MemoryState]:
    """The graph's node for a function of a desk and the state."""

    def run(state: MemoryState, runtime: Runtime[Any]) -> MemoryState:
        desk = set_desk(state, runtime)
        desk.stream = runtime.stream_writer
        try:
            return {**node(desk, state), "looked": desk.memory.looked}
        finally:
            desk.end_session()

    return run


def observe(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Take what is new in the conversation through the scaffold's hook, and open the routine.

    With nothing new, as when a model is asked once more, there is nothing to LOG.
    """
    kept = state.get("kept", {})
    new = news(state["messages"], kept.get("heard", ()))
    fresh: Step = {
        "step": desk.step,
        "seen": {
            "step": desk.step,
            "last_action": last_said(state["messages"]) or "(none yet)",
            "previous": kept.get("previous", ""),
            "observation": as_text(new),
            "unchanged": 0,
        },
        "rounds": 0,
        "repaired": False,
        "calls": [],
        "actions": [],
        "todo": [],
        "answers": {},
    }
    notes, hook_state = desk.session.observe(dict(kept.get("hook_state", {})), fresh["seen"])
    fresh |= {
        "notes": notes,
        "hook_state": hook_state,
        "messages": [{"role": "system", "content": desk.system}],
    }
    page = open_log(desk, fresh) if new else open_plan(desk, fresh, log_ran=False)
    turn: Step = {**fresh, "pending": say(desk, page), "next": "log" if new else "plan"}
    return {"turn": turn, "recalled": _shown(desk, notes)}


def log(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """LOG: see `agent.log`."""
    return _took(state, logging.log(desk, state["turn"]))


def remember(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Carry out LOG's actions: see `agent.remember`."""
    return _took(state, remembering.remember(desk, state["turn"]))


def plan(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """PLAN's consultation: see `agent.plan`."""
    return _took(state, planning.plan(desk, state["turn"]))


def recall(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Carry out PLAN's reads, and keep what they found for the assistant."""
    before = state["turn"]
    update = recalling.recall(desk, before)
    ends = {"done", "commit"}
    kinds = {spec.name: spec.kind for spec in desk.scaffold.manifest.actions}
    ran = [one for one in before["todo"] if one["problem"] or kinds.get(one["name"]) not in ends]
    pieces = found(ran, update["actions"][len(before["actions"]) :])
    kept = [*state["recalled"], *(piece.model_dump() for piece in pieces)]
    once = list({(one["file"], one["text"]): one for one in kept}.values())
    return {**_took(state, update), "recalled": once}


def reply(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Say what was recalled, and keep what the next step of this conversation begins with."""
    turn, known = state["turn"], state.get("kept", {}).get("heard", [])
    said = as_message([Recalled(**piece) for piece in state["recalled"]])
    return {
        "messages": [AIMessage(content=said.text if said else NOTHING)],
        "kept": {
            "step": desk.step + 1,
            "previous": cut(turn["seen"]["observation"], MOST_BEFORE),
            "hook_state": turn["hook_state"],
            "heard": [*known, *map(mark, news(state["messages"], known))][-MOST_MARKS:],
        },
    }


def _took(state: MemoryState, update: Step) -> MemoryState:
    return {"turn": {**state["turn"], **update}}


def _shown(desk: KeeperDesk, notes: str) -> list[dict[str, str]]:
    """What PLAN shows of itself: the scaffold's notes, and the files that it always injects."""
    shown = [Recalled(file="(notes)", asked="", text=notes)] if notes else []
    for name in desk.scaffold.manifest.inject.plan:
        answer = desk.memory.read(name)
        if answer.ok:
            shown.append(Recalled(file=name, asked="", text=answer.text))
    return [piece.model_dump() for piece in shown]
