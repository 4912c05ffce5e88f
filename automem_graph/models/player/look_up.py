"""What the player asks its files, and what of them a step has shown already.

A journal in free form is read by its end, as a person reads a log. The files that a scaffold offers
for a purpose (`conversation.Offers`) are read whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from automem_graph.models.player.conversation import DONE, MAP, STATUS, Moment

NOTES = "notes.md"
"""The journal of events, the player's only file where nothing else is offered."""

_RECENT = 20  # lines of the journal's end
_CUT = re.compile(r"; go on from line (\d{1,4})\)")


def deeds_shown(moment: Moment[Any]) -> bool:
    """Whether this step has shown all that was ever noted as done."""
    if moment.offers.done:
        return _shown(moment, DONE)
    return moment.files.get(NOTES, _RECENT + 1) <= _RECENT and _tail(moment) in moment.said


def journal(moment: Moment[Any]) -> str:
    """The tag that shows the journal's end; empty where it is shown, or cannot be."""
    tail = _tail(moment)
    return "" if tail in moment.said else tail


def offered(moment: Moment[Any]) -> list[str]:
    """The files that the scaffold offers for a purpose."""
    offers = moment.offers
    kept = ((MAP, offers.keyed), (DONE, offers.done), (STATUS, offers.status))
    return [name for name, offer in kept if offer]


def unread(moment: Moment[Any], names: Sequence[str], long: str = MAP) -> list[str]:
    """The tags that read what these files hold and this step has not shown yet.

    Only the `long` one grows long enough to be cut: its next page is asked for where the last one
    ended.
    """
    read = moment.form("READ", "file", "from_line?")
    if read is None:
        return []
    names = [name for name in names if moment.files.get(name)]
    pages = [name for name in names if not _shown(moment, name)]
    if long in names:
        pages += [f"{long}|{line}" for line in _CUT.findall(moment.told)]
    tags = (f"<|{read.name}|>{page}<|END|>" for page in pages)
    return [tag for tag in tags if tag not in moment.said]


def _shown(moment: Moment[Any], name: str) -> bool:
    """Whether this step's prompts show the file, or the player has read it."""
    return f"\n{name} says:\n" in moment.told or f">{name}<|END|>" in moment.said


def _tail(moment: Moment[Any]) -> str:
    form = moment.form("TAIL", "file", "n")
    return form.write(file=NOTES, n=_RECENT) if form and moment.files.get(NOTES) else ""
