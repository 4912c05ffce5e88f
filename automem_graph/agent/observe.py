"""OBSERVE: take the world's new answer through the scaffold's hook, and open the step's routine."""

from __future__ import annotations

from automem_graph.agent.desk import Desk, Position
from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.prompts import open_log, open_plan, say
from automem_graph.agent.speech import clean
from automem_graph.agent.state import Seen, Step


def observe(desk: MemoryDesk, state: Step) -> Step:
    """Begin the step that the trace says is next; a state behind the trace adopts it."""
    at = desk.recorder.position
    desk.memory.rewind(at.step, 0)
    desk.next_step(at.step)
    known = begin(desk)
    if known["done"]:
        return known
    # Before the first action there is no outcome that LOG could record (paper, section on LOG).
    first = at.step == 0
    system = desk.system
    name, variables = open_plan(desk, known, log_ran=False) if first else open_log(desk, known)
    ahead = desk.ahead([(name, variables)])
    notes, hook_state = desk.session.observe(dict(at.hook_state), known["seen"], ahead)
    return {
        **known,
        "notes": notes,
        "hook_state": hook_state,
        "messages": [{"role": "system", "content": system}],
        "pending": say(desk, (name, {**variables, "notes": notes})),
        "next": "plan" if first else "log",
    }


def begin(desk: Desk) -> Step:
    """The step that is next, with what is seen and nothing said yet; or the end."""
    at = desk.recorder.position
    known: Step = {
        "step": at.step,
        "seen": seen_at(at),
        "progression": at.answer.progression,
        "done": desk.finished,
        "hook_state": dict(at.hook_state),
    }
    if known["done"]:
        return {**known, "next": "end"}
    return {
        **known,
        "messages": [],
        "rounds": 0,
        "repaired": False,
        "committed": None,
        "fallback": False,
        "rejections": [],
        "calls": [],
        "actions": [],
        "todo": [],
        "answers": {},
    }


def seen_at(at: Position) -> Seen:
    """What the agent knows of the world at a position of its episode."""
    return {
        "step": at.step,
        "last_action": f"{at.action} ({at.note})" if at.note else at.action,
        "previous": at.previous,
        "observation": noted(at.note, at.answer.text),
        "unchanged": at.unchanged,
    }


def noted(note: str, text: str) -> str:
    """An answer as the agent sees it: with a note in front where its action was not valid."""
    return clean(f"{note}\n\n{text}" if note else text)
