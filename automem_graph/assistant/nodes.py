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
from automem_graph.agent.hear import failed
from automem_graph.agent.prompts import open_log, open_plan, say
from automem_graph.agent.state import Step
from automem_graph.assistant.desk import KeeperDesk, Node, SetDesk
from automem_graph.assistant.findings import found, look_again, piece, shown
from automem_graph.assistant.first import lay_out
from automem_graph.assistant.hearing import MOST_BEFORE, after, as_text, cut, last_said, news
from automem_graph.assistant.recalled import NAME, Recalled, as_message, once
from automem_graph.assistant.state import MemoryState
from automem_graph.protocols import Call

NOTHING = "Memory has nothing on this."


def at_keeper(set_desk: SetDesk, node: Node) -> Callable[..., MemoryState]:
    """The graph's node for a function of a desk and the state."""

    def run(state: MemoryState, runtime: Runtime[Any]) -> MemoryState:
        if node is observe:  # a thread's next turn begins here: its model has seen no file yet
            state = {**state, "looked": {}}
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
    lay_out(desk)
    kept = state.get("kept", {})
    new = news(state["messages"], kept)
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
    return {"turn": turn, "recalled": [], "looks": []}


def log(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """LOG: see `agent.log`."""
    return _took(state, logging.log(desk, state["turn"]))


def remember(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Carry out LOG's actions: see `agent.remember`. What it read is kept for the assistant."""
    update = remembering.remember(desk, state["turn"])
    looks = [call.model_dump() for call, _ in _reads(desk, state, update)]
    return {**_took(state, update), "looks": [*state["looks"], *looks]}


def plan(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """PLAN's consultation: see `agent.plan`."""
    return _took(state, planning.plan(desk, state["turn"]))


def recall(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Carry out PLAN's reads, and keep what they found for the assistant."""
    update = recalling.recall(desk, state["turn"])
    pieces = [piece(call, text).model_dump() for call, text in _reads(desk, state, update)]
    return {**_took(state, update), "recalled": [*state["recalled"], *pieces]}


def reply(desk: KeeperDesk, state: MemoryState) -> MemoryState:
    """Say what was recalled, and keep what the next step of this conversation begins with.

    That is the scaffold's notes and the files that it always shows, what PLAN found, and what LOG
    found: both speak in one conversation, so PLAN need not read once more what LOG has read.
    """
    turn, kept = state["turn"], state.get("kept")
    planned = [Recalled(**one) for one in state["recalled"]]
    logged = look_again(desk, state["looks"])
    recalled = once([*shown(desk, turn["notes"]), *planned, *logged])
    said = as_message(recalled)
    deaf = any(failed(call) and call["routine"] == "log" for call in turn["calls"])
    return {
        "messages": [AIMessage(content=said.text if said else NOTHING, name=NAME)],
        "recalled": [one.model_dump() for one in recalled],
        "kept": {
            **after(state["messages"], kept, logged=not deaf or bool(turn["actions"])),
            "step": desk.step + 1,
            "previous": cut(turn["seen"]["observation"], MOST_BEFORE),
            "hook_state": turn["hook_state"],
        },
    }


def _took(state: MemoryState, update: Step) -> MemoryState:
    return {"turn": {**state["turn"], **update}}


def _reads(desk: KeeperDesk, state: MemoryState, update: Step) -> list[tuple[Call, str]]:
    """What a node that carried out a reply's calls has read, with the answers."""
    before = state["turn"]
    rows = update.get("actions", before["actions"])[len(before["actions"]) :]
    return found(desk, before["todo"], rows)
