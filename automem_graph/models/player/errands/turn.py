"""A step of a conversation: what is said in LOG and in PLAN.

Without more structure the player keeps a diary, `notes.md`: what people said, in the words in which
they said it, since nobody knows what will be asked. A question is looked up by whom or what it is
about, and answered with what the lines found say last. Where the scaffold offers facts (a LOG
action with the arguments `about|text`, and a file called `facts.md`), what is understood goes there
instead: one line for each thing, under one name, a new one in the place of the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from automem_graph.models.facts import Fact, latest, words
from automem_graph.models.player.conversation import FACTS, Moment
from automem_graph.models.player.errands.english import mentions, questions, stated, subject
from automem_graph.models.player.errands.hearing import Heard, hearings
from automem_graph.models.player.game import Game
from automem_graph.models.player.look_up import NOTES
from automem_graph.models.player.replies import commit, end_log

UNKNOWN, NOTED = "I do not know", "Noted"

_MOST = 400  # characters of a line
_FILES = 4  # files that are searched
_SMALL_TALK = re.compile(r"(?i)(?:thanks?|hello|hi|good|please|ok|okay|yes|no|great|sure)\b")


def log_reply(moment: Moment[Heard]) -> str:
    """LOG: write down what was said, if it was more than a greeting or a question."""
    heard = moment.now
    if heard is None:
        return end_log(moment, [])
    new = [*stated(heard.people), *stated(heard.tools)]
    if put := moment.offers.facts:
        if look := _unknown_people(moment, new):
            return "\n".join(look)
        if new:
            named = [(_named(moment, fact.thing), fact.value) for fact in new]
            lines = (put.write(about=_key(thing), text=_line(value)) for thing, value in named)
            return end_log(moment, lines)
    append = moment.form("APPEND", "file", "text")
    diary = [append.write(file=NOTES, text=line) for line in _diary(heard)] if append else []
    return end_log(moment, diary)


def plan_reply(moment: Moment[Heard]) -> str:
    """PLAN: look up what is asked, then answer."""
    asking = _asking(moment)
    things = questions(asking) if "?" in asking else ()
    if not things:
        return _not_understood(moment, asking) if "?" in asking else commit(moment, NOTED)
    known = _known(moment)
    values = [latest(known, thing) for thing in things]
    missing = [thing for thing, value in zip(things, values, strict=True) if value is None]
    if looks := list(_looks(moment, missing)):
        return "\n".join(looks)
    found = [value for value in values if value is not None]
    return commit(moment, _line("; ".join(found)) if len(found) == len(values) else UNKNOWN)


def _asking(moment: Moment[Heard]) -> str:
    """What people say now; while tools are at work, what they said before these were called."""
    now, before = moment.now, moment.before
    if now is None:
        return ""
    return before.people if now.tools and not now.people and before else now.people


def _not_understood(moment: Moment[Heard], asking: str) -> str:
    """Look up who and what is named at least: another model may make something of it."""
    looks = list(_looks(moment, mentions(asking)[:2]))
    return "\n".join(looks) if looks else commit(moment, UNKNOWN)


def _known(moment: Moment[Heard]) -> list[Fact]:
    """All that this step shows of things: what was said, what look-ups found, in that order."""
    return [fact for line in moment.told.split("\n") for fact in stated(line)]


def _looks(moment: Moment[Heard], things: Sequence[str]) -> Iterator[str]:
    """The next searches for what is not known yet: one file after the other."""
    search = moment.form("SEARCH", "file", "keyword")
    if search is None or not things:
        return
    files = sorted(moment.files, key=lambda name: (name != FACTS, name != NOTES))[:_FILES]
    for name in files:
        exact = name == FACTS and moment.offers.facts is not None
        keys = (_key(thing) if exact else subject(thing) for thing in things)
        tags = [search.write(file=name, keyword=_line(key)) for key in dict.fromkeys(keys)]
        new = [tag for tag in tags if tag not in moment.said]
        if new:
            yield from new
            return


def _diary(heard: Heard) -> Iterator[str]:
    """What people said in a line, and the facts among what tools answered."""
    said = _line(heard.people)
    if said and not said.endswith("?") and not _SMALL_TALK.match(said):
        yield said
    for fact in stated(heard.tools):
        yield _line(f"{fact.thing} is {fact.value}.")


def _unknown_people(moment: Moment[Heard], new: Sequence[Fact]) -> list[str]:
    """The searches for who `my cousin` is, where something is said of her under that name."""
    search = moment.form("SEARCH", "file", "keyword")
    ranks = [found[1] for fact in new if (found := _RANK.match(fact.thing))]
    if search is None or not moment.files.get(FACTS):
        return []
    tags = [search.write(file=FACTS, keyword=_key(rank)) for rank in ranks]
    return [tag for tag in tags if tag not in moment.said]


_RANK = re.compile(r"[Mm]y ([a-z ]+)'s ")


def _named(moment: Moment[Heard], thing: str) -> str:
    """The thing by its owner's name, as far as this step shows who that is."""
    rank = _RANK.match(thing)
    name = latest(_known(moment), rank[1]) if rank else None
    return f"{name}'s {thing[rank.end() :]}" if rank and name else thing


def _key(thing: str) -> str:
    """The name of a thing's line: the same whatever the order of its words."""
    return " ".join(sorted(words(thing)))


def _line(text: str) -> str:
    """The text in a line that holds no tag."""
    return " ".join(re.sub(r"<[|/]?|[|/]?>", " ", text).split())[:_MOST]


TALK = Game(sights=hearings, log=log_reply, plan=plan_reply)
