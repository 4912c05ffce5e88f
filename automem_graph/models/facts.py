"""Plain sentences as facts and questions, for the rule-based models that talk.

`My dentist is now Dr. Weber.` says something of a thing, and `Who is my dentist?` asks for it. Two
mentions are of one thing where they share their words, whoever it belongs to and in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

MOST_CHARS = 400
"""Of a sentence that is read."""

_OWNER = r"(?:(?i:my|our|your|the|his|her|their)\b|[A-Z][\w-]{0,30}['’]s\b)"
_THING = r"[^.,;:!?\n]{1,60}?"
_END = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bProf)(?<!\bSt)[.!?]+(?=[\s\"')]|$)")
_FACT = re.compile(
    r"^\W{0,4}(?:[\w'’ ]{1,40}?(?:[,:;]| that) )?"  # By the way, ... Remember that ...
    rf"(?P<thing>{_OWNER} {_THING}) "
    r"(?:is|are|will be|has become|(?:has )?changed to)(?: now| currently)? "
    r"(?P<value>\S[^\n]{0,200})"
)
_LISTED = re.compile(r"^\W{0,4}(?P<thing>[^\W_][\w',’ -]{0,60}): +(?P<value>\S[^\n]{0,200})$")
_ASKED = (
    re.compile(
        r"(?i:\b(?:what|when|where|who|which|how)\b[^?\n]{0,30}?(?:\b(?:is|are|was|were)|['’]s)) "
        rf"(?P<thing>{_OWNER} {_THING})\?"
    ),
    re.compile(
        rf"(?i:\b(?:what|when|where|who|which)) (?P<thing>{_OWNER} {_THING}) (?:is|are)\b[^?\n]*\?"
    ),
    re.compile(rf"(?P<thing>{_OWNER} {_THING})\?"),
)
_AFTERWARDS = re.compile(r"(?i: (?:now|again|currently|these days|at the moment|today|called))+$")
_PLAIN = frozenset(
    ("my", "our", "your", "the", "his", "her", "their", "a", "an", "of", "for", "to", "user")
)
_LINKS = re.compile(r"^[\s:=>-]*(?:(?i:is|are|was|now|to|called|named|on|at|in)\b[\s:]*)*")


class Fact(NamedTuple):
    """What a sentence says of a thing."""

    thing: str
    value: str


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its end; a line's end ends one as well.

    One of more than `MOST_CHARS` characters is left out: nobody says that much of a thing.
    """
    found = []
    for line in text.split("\n"):
        start = 0
        for end in _END.finditer(line):
            found.append(line[start : end.end()].strip())
            start = end.end()
        found.append(line[start:].strip())
    return [sentence for sentence in found if 0 < len(sentence) <= MOST_CHARS]


def facts(text: str) -> Iterator[Fact]:
    """What the text says of things, in order; what it asks is left out."""
    for sentence in sentences(text):
        if sentence.endswith("?"):
            continue
        if found := _FACT.match(sentence) or _LISTED.match(sentence):
            value = _AFTERWARDS.sub("", found["value"].rstrip(".! "))
            if value:
                yield Fact(found["thing"], value)


def asked(text: str) -> Iterator[str]:
    """The things that the text asks for, in order."""
    for sentence in sentences(text):
        if sentence.endswith("?"):
            matches = (form.search(sentence) for form in _ASKED)
            if found := next(filter(None, matches), None):
                yield _AFTERWARDS.sub("", found["thing"])


def words(thing: str) -> frozenset[str]:
    """What tells a thing from others: its words, without articles and whose it is."""
    found = re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", thing.lower()))
    plain = frozenset(found) - _PLAIN
    return plain - {"name"} or plain


def latest(known: Sequence[Fact], thing: str) -> str | None:
    """What was said last of exactly this thing."""
    wanted = words(thing)
    same = (fact.value for fact in reversed(known) if words(fact.thing) == wanted)
    return next(same, None) if wanted else None


def mentioned(lines: Iterable[str], thing: str) -> str | None:
    """What follows the thing in the last line that has all its words, and is no fact in itself."""
    wanted = words(thing)
    for line in reversed([line for line in lines if not any(facts(line))]):
        places = [re.search(rf"(?i)\b{re.escape(word)}\b(?:['’]s)?", line) for word in wanted]
        if wanted and all(places):
            end = max(place.end() for place in places if place)
            return _LINKS.sub("", line[end:]).rstrip(".! ") or line.strip()
    return None
