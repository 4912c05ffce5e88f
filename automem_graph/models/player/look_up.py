"""What the player asks its files, and what of them a step has shown already.

A journal in free form is read by its end, as a person reads a log. The files that a scaffold offers
for a purpose (`conversation.Offers`) are read whole.
"""

from __future__ import annotations

import re

from automem_graph.models.player.conversation import DONE, MAP, STATUS, Moment

NOTES = "notes.md"
"""The journal of events, the player's only file where nothing else is offered."""

_RECENT = 20  # lines of the journal's end
_CUT = re.compile(r"; go on from line (\d{1,4})\)")


def deeds_shown(moment: Moment) -> bool:
    """Whether this step has shown all that was ever noted as done."""
    if moment.offers.done:
        return _shown(moment, DONE)
    return moment.files.get(NOTES, _RECENT + 1) <= _RECENT and _tail(moment) in moment.said


def journal(moment: Moment) -> str:
    """The tag that shows the journal's end; empty where it is shown, or cannot be."""
    tail = _tail(moment)
    return "" if tail in moment.said else tail


def unread(moment: Moment) -> list[str]:
    """The tags that read what the offered files hold and this step has not shown yet.

    Only the map grows long enough to be cut: its next page is asked for where the last one ended.
    """
    read = moment.form("READ", "file", "from_line?")
    if read is None:
        return []
    offers = moment.offers
    kept = ((MAP, offers.keyed), (DONE, offers.done), (STATUS, offers.status))
    names = [name for name, offered in kept if offered and moment.files.get(name)]
    pages = [name for name in names if not _shown(moment, name)]
    if MAP in names:
        pages += [f"{MAP}|{line}" for line in _CUT.findall(moment.told)]
    tags = (f"<|{read.name}|>{page}<|END|>" for page in pages)
    return [tag for tag in tags if tag not in moment.said]


def _shown(moment: Moment, name: str) -> bool:
    """Whether this step's prompts show the file, or the player has read it."""
    return f"\n{name} says:\n" in moment.told or f">{name}<|END|>" in moment.said


def _tail(moment: Moment) -> str:
    form = moment.form("TAIL", "file", "n")
    return form.write(file=NOTES, n=_RECENT) if form and moment.files.get(NOTES) else ""
