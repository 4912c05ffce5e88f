"""A step of NetHack or MiniHack: what is said in LOG and in PLAN."""

from __future__ import annotations

from collections.abc import Iterator

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.game import Game
from automem_graph.models.player.look_up import NOTES, journal, unread
from automem_graph.models.player.nethack.advice import GUIDE
from automem_graph.models.player.nethack.body import in_need
from automem_graph.models.player.nethack.needs import decide
from automem_graph.models.player.nethack.notes import file_of, read_notes, write_notes
from automem_graph.models.player.nethack.reading import Sight, sights
from automem_graph.models.player.nethack.recall import scene
from automem_graph.models.player.nethack.scene import Scene
from automem_graph.models.player.replies import commit, end_log


def log_reply(moment: Moment[Sight]) -> str:
    """LOG: keep the level's file up to date, and what is worth a line in the journal."""
    if missing := _unread(moment):
        return "\n".join(missing)
    return end_log(moment, [*_level(moment), *_journal(moment)])


def plan_reply(moment: Moment[Sight]) -> str:
    """Consult the level's file, where LOG has not, then do what is most pressing."""
    if missing := _unread(moment):
        return "\n".join(missing)
    here = scene(moment)
    if here is not None and in_need(here) and (look := journal(moment)):
        return look
    return commit(moment, _action(moment, here))


def _unread(moment: Moment[Sight]) -> list[str]:
    if moment.now is None:
        return []
    file = file_of(moment.now.level)
    return unread(moment, [file, GUIDE], long=file)


def _action(moment: Moment[Sight], here: Scene | None) -> str:
    """Always one of the world's own actions, where it names them."""
    action = decide(here) if here else "esc"
    known = moment.world_actions
    return action if action in known or not known else known[0]


def _level(moment: Moment[Sight]) -> Iterator[str]:
    """The level's file anew, where something is to be added."""
    write, here = moment.form("WRITE", "file", "text"), scene(moment)
    if write is None or here is None or here.notes == read_notes(moment.told):
        return
    yield write.write(file=file_of(here.sight.level), text=write_notes(here.notes))


def _journal(moment: Moment[Sight]) -> Iterator[str]:
    """A line for each prayer: the gods dislike to be asked often."""
    append = moment.form("APPEND", "file", "text")
    if append and moment.last_action == "pray" and moment.now and moment.now.turn is not None:
        line = f"Step {moment.step}: prayed on turn {moment.now.turn}."
        yield append.write(file=NOTES, text=line)


NETHACK = Game(sights=sights, log=log_reply, plan=plan_reply)
