"""What the player writes down in LOG, and what it gets back from its notes in PLAN.

One file, a journal of events, one line each: `Step 31: Done: make wood pickaxe.` A line is
written only when something happened that a later step can use, and a deed only once: the notes
are searched for it first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.events import deeds, remarks
from automem_graph.models.player.reading import Direction, directions

NOTES = "notes.md"
_DONE = "Done:"
_NOTE = re.compile(r"\bStep (\d{1,9}): ([^\n]{1,120})")
_BLOCKED = re.compile(r"[a-z ]+ blocks the way (north|south|west|east)\.")
_LOST = re.compile(r"([a-z ]+) was last seen to the ([a-z-]+)\.")
_RECENT = 10  # lines of the notes' end that PLAN looks at


@dataclass(frozen=True, slots=True)
class Recall:
    """What the notes said in this step, as (step, event) in order.

    `searched` tells whether all of the file was searched for deeds: what nobody looked up, or what
    was never written because there is no file, is unknown, which is not the same as not done.
    """

    notes: tuple[tuple[int, str], ...] = ()
    searched: bool = False

    def done(self, deed: str) -> bool | None:
        """Whether the deed is in the notes; None where they cannot tell."""
        if any(event == f"{_DONE} {deed}." for _, event in self.notes):
            return True
        return False if self.searched else None

    def blocked_since(self, step: int) -> tuple[Direction, ...]:
        """Directions in which something was in the way, noted at `step` or later; latest last."""
        found = (_BLOCKED.match(event) for at, event in self.notes if at >= step)
        return tuple(way for match in found if match for way in directions(match[1]))

    def lost_since(self, step: int, kind: str) -> tuple[Direction, ...]:
        """Where a thing of this kind went out of view, if that was at `step` or later."""
        for at, event in reversed(self.notes):
            if at >= step and (match := _LOST.match(event)) and match[1] == kind:
                return directions(match[2])
        return ()


def recall(moment: Moment) -> Recall:
    """The notes quoted anywhere in this step: results of look-ups, or files that a prompt shows."""
    notes = {(int(at), event.strip()) for at, event in _NOTE.findall(moment.told)}
    search = _search(moment)
    return Recall(tuple(sorted(notes)), searched=bool(search) and search in moment.said)


def look_up(moment: Moment) -> str:
    """The tags with which PLAN asks the notes; empty where there are none, or no way to ask."""
    tail = moment.form("TAIL", "file", "n")
    recent = tail.write(file=NOTES, n=_RECENT) if tail and moment.files.get(NOTES) else ""
    return "\n".join(tag for tag in (_search(moment), recent) if tag)


def log_reply(moment: Moment) -> str:
    """LOG: note what happened, if anything did, and end the routine."""
    append = moment.form("APPEND", "file", "text")
    known = recall(moment)
    new = _new_lines(moment, known) if append else []
    search = _search(moment)
    if search and not known.searched and any(line.startswith(_DONE) for line in new):
        return search
    tags = [append.write(file=NOTES, text=f"Step {moment.step}: {line}") for line in new if append]
    if done := moment.form("DONE"):
        tags.append(done.write())
    return "\n".join(tags) or "Nothing to note."


def _new_lines(moment: Moment, known: Recall) -> list[str]:
    if moment.before is None or moment.now is None:
        return []
    change = (moment.before, moment.now, moment.last_action)
    return [
        *(f"{_DONE} {deed}." for deed in deeds(*change) if not known.done(deed)),
        *remarks(*change),
    ]


def _search(moment: Moment) -> str:
    """The tag that asks the notes for all deeds; empty where it cannot be asked."""
    form = moment.form("SEARCH", "file", "keyword")
    return form.write(file=NOTES, keyword=_DONE) if form and moment.files.get(NOTES) else ""
