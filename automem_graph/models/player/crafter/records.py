"""What the player writes down in LOG.

Without more structure it keeps one file, a journal of events, one line each: `Step 31: Done: make
wood pickaxe.` A line is written only when something happened that a later step can use. It is a
fair base agent and nothing clever: it keeps no map in free-form text, and reads the journal by its
end.

What a scaffold offers besides (`conversation.Offers`) takes its part of the records, and each part
helps alone: deeds go to the list of what is done; a position (told by the prompt, or reckoned on in
the status file) makes places of the remarks on things that go out of view; keyed lines keep one
remark for each kind of thing; and a position with keyed lines makes a map.
"""

from __future__ import annotations

from collections.abc import Iterator

from automem_graph.models.player.conversation import DONE, MAP, STATUS, Form, Moment
from automem_graph.models.player.crafter.bearings import EDGE, Bearings
from automem_graph.models.player.crafter.chart import Chart
from automem_graph.models.player.crafter.events import blocked, deeds, lost
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import DEED, Recall, recall
from automem_graph.models.player.look_up import NOTES, journal, offered, unread
from automem_graph.models.player.replies import end_log

_AREA = 12  # one cow is remembered in each area of so many by so many cells: they hardly leave it


def log_reply(moment: Moment[Sight]) -> str:
    """LOG: note what happened, if anything did, and end the routine."""
    if missing := unread(moment, offered(moment)):
        return "\n".join(missing)
    known = recall(moment)
    new = [deed for deed in _deeds(moment) if not known.done(deed)]
    if new and not moment.offers.done and (look := journal(moment)):
        return look
    tags = [
        *_appended(moment, DONE if moment.offers.done else NOTES, (f"{DEED} {d}." for d in new)),
        *_remarked(moment, known),
        *_mapped(moment, known),
        *_status(moment, known),
    ]
    return end_log(moment, tags)


def _deeds(moment: Moment[Sight]) -> list[str]:
    if moment.before is None or moment.now is None:
        return []
    return deeds(moment.before, moment.now, moment.last_action)


def _appended(moment: Moment[Sight], file: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines of a journal, with their step."""
    append = moment.form("APPEND", "file", "text")
    if append is not None:
        for line in lines:
            yield append.write(file=file, text=f"Step {moment.step}: {line}")


def _remarked(moment: Moment[Sight], known: Recall) -> Iterator[str]:
    """Without a map: what was in the way, and what went out of view."""
    before, now, put = moment.before, moment.now, moment.offers.keyed
    if before is None or now is None or known.chart is not None:
        return
    yield from _appended(moment, NOTES, iter(blocked(before, now, moment.last_action)))
    for thing in lost(before, now):
        if known.here is not None:
            x, y = known.here.at(thing.middle)
            remark = f"{thing.kind} is at {x}, {y}."
        else:
            remark = f"{thing.kind} was last seen to the {'-'.join(thing.where)}."
        if put is not None:
            yield put.write(file=MAP, key=thing.kind, text=f"Step {moment.step}: {remark}")
        else:
            yield from _appended(moment, NOTES, iter([remark]))


def _mapped(moment: Moment[Sight], known: Recall) -> Iterator[str]:
    """The keyed lines that what is seen now changes."""
    put, here, now = moment.offers.keyed, known.here, moment.now
    if put is None or here is None or now is None or known.chart is None:
        return
    for key, rows in known.chart.changes(here, Chart(moment.told)):
        yield put.write(file=MAP, key=key, text=rows)
    yield from _cows(put, known, here, now)


def _cows(put: Form, known: Recall, here: Bearings, now: Sight) -> Iterator[str]:
    """Where a cow is, one for each area; and that one is gone."""
    about = known.cows_about(now)
    for place in known.cows.values():
        if place not in about:
            yield put.write(file=MAP, key=place.key, text="gone")
    cow = now.nearest("cow")
    if cow is not None:
        x, y = here.at(cow.middle)
        key = f"cow {(x - EDGE.start) // _AREA},{(y - EDGE.start) // _AREA}"
        yield put.write(file=MAP, key=key, text=f"{x}, {y}")


def _status(moment: Moment[Sight], known: Recall) -> Iterator[str]:
    """The status file, overwritten: where the player is at this step."""
    write = moment.form("WRITE", "file", "text")
    if moment.offers.status and write is not None and known.here is not None:
        yield write.write(file=STATUS, text=known.here.line(moment.step))
