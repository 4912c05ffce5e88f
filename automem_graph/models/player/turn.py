"""A turn of the player: what it says in LOG and in PLAN, and the action it decides on."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from automem_graph.models.player.conversation import Moment, moment
from automem_graph.models.player.navigation import approach, wander
from automem_graph.models.player.needs import Want, want
from automem_graph.models.player.reading import Sight
from automem_graph.models.player.records import Recall, log_reply, look_up, recall

_NO_GAME = "I am a rehearsal player for Crafter and see no game in this conversation."
_WORTH_GOING_BACK = 40  # steps for which it pays to turn to where something was last seen


def reply(messages: Sequence[BaseMessage]) -> str:
    """The player's answer to one step's conversation so far."""
    here = moment(messages)
    if here.routine == "log":
        return log_reply(here)
    if here.routine == "plan":
        return _plan_reply(here)
    return _NO_GAME


def _plan_reply(here: Moment) -> str:
    """Commit at once what needs no memory; else consult the notes, once, and then commit."""
    commit = here.form("ACTION", "action")
    known = recall(here)
    action = decide(here, known)
    if not here.asked and action.startswith("Move ") and (tags := look_up(here)):
        return tags
    if commit is None:
        return f"I would take {action}, but no action to commit it is declared."
    return commit.write(action=action)


def decide(here: Moment, known: Recall) -> str:
    """The world action for now: always one of the world's own."""
    action = "Noop"
    if here.now is not None:
        action = _pursue(here, here.now, known, want(here.now, known, here.step))
        if _in_vain(here, here.now, action):
            action = wander(here, here.now, known)
    if here.world_actions and action not in here.world_actions:
        return "Noop" if "Noop" in here.world_actions else here.world_actions[0]
    return action


def _pursue(here: Moment, sight: Sight, known: Recall, wanted: Want) -> str:
    """The action that serves a want from here."""
    if wanted.how == "act":
        return wanted.what
    if wanted.how == "use" and sight.facing == wanted.what:
        return "Do"
    if wanted.how == "place":
        room = sight.facing is None
        return f"Place {wanted.what.title()}" if room else wander(here, sight, known)
    thing = None if wanted.how == "find" else sight.nearest(wanted.what)
    if thing is not None:
        return approach(here, sight, known, thing)
    lost = known.lost_since(here.step - _WORTH_GOING_BACK, wanted.what)
    return wander(here, sight, known, first=lost[0] if lost else None)


def _in_vain(here: Moment, sight: Sight, action: str) -> bool:
    """Whether this very action just changed nothing; only grass is worth trying again."""
    trying = action.startswith(("Place ", "Make "))
    return trying and here.last_action == action and here.before == sight
