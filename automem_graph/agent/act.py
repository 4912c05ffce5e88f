"""ACT: canonicalise the action, let the scaffold's bounded review look, step the world, journal."""

from __future__ import annotations

import time

from automem_graph.agent.desk import Desk
from automem_graph.agent.events import stepped
from automem_graph.agent.prompts import say, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.step import StepRow
from automem_graph.agent.wipe import wipe
from automem_graph.protocols import Observation, TaskCard

REJECTIONS = 2
"""How often a scaffold's review may send one step's action back (paper, commit gate)."""


def act(desk: Desk, state: Step) -> Step:
    """Take the committed action and write the step's row; or go back with the review's reason."""
    said = state["committed"] or desk.card.default_action
    asked = said if state["fallback"] else desk.session.canonicalise(said, state["seen"])
    if not state["fallback"] and len(state["rejections"]) < REJECTIONS:
        reason = desk.session.review(asked, state["hook_state"], state["seen"])
        if reason:
            return _send_back(desk, state, said, reason)
    action, note = admit(desk.card, asked)
    answer, seconds = _step(desk, action)
    hook_state = state["hook_state"]
    if desk.wiped:
        hook_state = {}
        wipe(desk, state)
    same = answer.text == desk.recorder.position.answer.text
    row = StepRow(
        step=state["step"],
        messages=state["messages"],
        calls=state["calls"],
        actions=state["actions"],
        rejections=state["rejections"],
        said=said,
        action=action,
        note=note,
        fallback=state["fallback"],
        unchanged=state["seen"]["unchanged"] + 1 if same else 0,
        hook_state=hook_state,
        answer=answer,
        world_ms=round(seconds * 1000, 2),
    )
    desk.recorder.write(row)
    desk.tell(stepped(row))
    return {
        "step": state["step"] + 1,
        "progression": answer.progression,
        "done": desk.finished,
        "committed": None,
        "next": "observe",
    }


def admit(card: TaskCard, asked: str) -> tuple[str, str]:
    """The world action to execute for what was asked, and a note where that is the default one.

    Case, blanks and underscores do not matter; anything else that the task does not list does.
    """
    wanted = " ".join(asked.replace("_", " ").split()).casefold()
    for action in card.actions:
        if " ".join(action.replace("_", " ").split()).casefold() == wanted:
            return action, ""
    shown = asked if len(asked) <= 60 else asked[:60] + "..."
    return card.default_action, f"'{shown}' is no action here: {card.default_action} was executed."


def _step(desk: Desk, action: str) -> tuple[Observation, float]:
    started = time.perf_counter()
    answer = desk.world.step(action)
    return answer, time.perf_counter() - started


def _send_back(desk: Desk, state: Step, said: str, reason: str) -> Step:
    """A rejected action goes back to whoever commits, at most `REJECTIONS` times a step."""
    results = [{"call": said, "text": f"Not taken: {reason}"}]
    return {
        "committed": None,
        "rejections": [*state["rejections"], reason],
        "pending": say(desk, show_results(desk, state, "plan", results, goes_on=False)),
        "rounds": 0,
        "repaired": False,
        "next": "commit" if desk.two_models else "plan",
    }
