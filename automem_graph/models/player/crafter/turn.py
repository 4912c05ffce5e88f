"""A step of Crafter: what is said in LOG and in PLAN, and the action decided on."""

from __future__ import annotations

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.crafter.navigation import approach, wander
from automem_graph.models.player.crafter.needs import want
from automem_graph.models.player.crafter.reading import Sight, sights
from automem_graph.models.player.crafter.recall import Recall, recall
from automem_graph.models.player.crafter.records import log_reply
from automem_graph.models.player.crafter.travel import make_room, travel
from automem_graph.models.player.crafter.wants import Want
from automem_graph.models.player.game import Game
from automem_graph.models.player.look_up import journal, offered, unread
from automem_graph.models.player.replies import commit


def plan_reply(here: Moment[Sight]) -> str:
    """Commit at once what needs no memory; else consult the files first."""
    if missing := unread(here, offered(here)):
        return "\n".join(missing)
    known = recall(here)
    action = decide(here, known)
    if known.chart is None and _needs_memory(here, action) and (look := journal(here)):
        return look
    return commit(here, action)


def _needs_memory(here: Moment[Sight], action: str) -> bool:
    """Whether what was done and what is in the way matter: for walking, and for trying things."""
    tries = action == "Do" and here.now is not None and here.now.facing is None
    return tries or action.startswith(("Move ", "Place "))


def decide(here: Moment[Sight], known: Recall) -> str:
    """The world action for now: always one of the world's own."""
    action = "Noop"
    if here.now is not None:
        action = _pursue(here, here.now, known, want(here.now, known, here.step))
        if _in_vain(here, here.now, action):
            action = wander(here, here.now, known)
    if here.world_actions and action not in here.world_actions:
        return "Noop" if "Noop" in here.world_actions else here.world_actions[0]
    return action


def _pursue(here: Moment[Sight], sight: Sight, known: Recall, wanted: Want) -> str:
    """The action that serves a want from here."""
    if wanted.how == "act":
        return wanted.what
    if wanted.how == "use" and sight.facing == wanted.what:
        return "Do"
    if wanted.how == "place":
        if sight.facing is None and not known.at_edge:
            return f"Place {wanted.what.title()}"
        return make_room(sight, known, wanted.cells) or wander(here, sight, known)
    return travel(sight, known, wanted) or _by_sight(here, sight, known, wanted)


def _by_sight(here: Moment[Sight], sight: Sight, known: Recall, wanted: Want) -> str:
    """Without a map: towards what is seen, or to where it was last seen."""
    thing = None if wanted.how == "find" else sight.nearest(wanted.what)
    thing = thing or known.last_place(wanted.what)
    if thing is not None:
        return approach(here, sight, known, thing)
    lost = known.lost_to(wanted.what, here.step)
    return wander(here, sight, known, first=lost[0] if lost else None)


def _in_vain(here: Moment[Sight], sight: Sight, action: str) -> bool:
    """Whether this very action just changed nothing; only grass is worth trying again."""
    trying = action.startswith(("Place ", "Make "))
    return trying and here.last_action == action and here.before == sight


CRAFTER = Game(sights=sights, log=log_reply, plan=plan_reply)
