"""What messages say and ask, as someone reads them who knows how people talk of such things.

A fact gets one name, whatever words it came in: who lives in, moved to or has a flat in Porto has
the thing `Clara's home`. The words of facts that name their thing themselves are read by
`models.facts`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from automem_graph.models.facts import Fact, asked, facts, sentences
from automem_graph.models.player.errands.ways import (
    ASKED_OF_PEOPLE,
    ASKED_OF_THINGS,
    OF_PEOPLE,
    OF_THINGS,
    OTHER_WORDS,
    OVER,
)

CANCELLED = "cancelled"

_WHO = r"(?P<who>[A-Z][a-z]+|[Mm]y [a-z]+(?: [a-z]+)?)"
_END = r"(?: now| these days| any more| at the moment)?(?:[,;] (?!and\b)(?:I |[a-z]).*)?"


def _compiled(form: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(form.replace("WHAT", "(?P<what>.+?)").replace("WHO", _WHO), flags)


_SAID_OF_PEOPLE = [
    (name, _compiled(f"WHO {form}{_END}")) for name, forms in OF_PEOPLE.items() for form in forms
]
_SAID_OF_THINGS = [_compiled(f"{form}{_END}") for form in OF_THINGS]
_SAID_TO_END = [_compiled(form) for form in OVER]
_WANTED_OF_PEOPLE = [
    (name, _compiled(f"(?:{form}).*", re.IGNORECASE))
    for name, forms in ASKED_OF_PEOPLE.items()
    for form in forms
]
_WANTED_OF_THINGS = [_compiled(f"(?:{form}).*", re.IGNORECASE) for form in ASKED_OF_THINGS]
_ARTICLE = re.compile(r"^(?:the|my) ", re.IGNORECASE)
_PRONOUN = re.compile(r"^(?:She|He)\b")
_NAMED = re.compile(r"\b(?!(?:I|The|My|She|He|It|Long)\b)[A-Z][a-z]+\b")


def stated(text: str) -> tuple[Fact, ...]:
    """What a message says of people and things, each under one name; questions say nothing."""
    found: list[Fact] = []
    named = ""
    for sentence in sentences(text):
        full = _PRONOUN.sub(named, sentence) if named else sentence
        found += _stated(full)
        names = _NAMED.findall(full)
        named = names[0] if names else named
    return tuple(found)


@lru_cache(maxsize=4096)
def _stated(sentence: str) -> tuple[Fact, ...]:
    if sentence.endswith("?"):
        return ()
    plain = sentence.rstrip(".! ")
    for name, form in _SAID_OF_PEOPLE:
        if match := form.fullmatch(plain):
            return (Fact(f"{match['who']}'s {name}", match["what"]),)
    for form in _SAID_TO_END:
        if match := form.fullmatch(plain):
            return (Fact(_thing(match), CANCELLED),)
    for form in _SAID_OF_THINGS:
        if match := form.fullmatch(plain):
            return (Fact(_thing(match), match["what"]),)
    return tuple(facts(sentence))


def questions(text: str) -> tuple[str, ...]:
    """The things that a message asks for."""
    if "?" not in text:
        return ()
    found: list[str] = []
    for sentence in sentences(text):
        for part in re.split(r", and (?=w)", sentence):
            found += _wanted(part.rstrip("?. "), ends=part.endswith("?"))
    return tuple(dict.fromkeys(found))


def _wanted(part: str, ends: bool) -> list[str]:
    for name, form in _WANTED_OF_PEOPLE:
        if match := form.fullmatch(part):
            return [f"{match['who']}'s {name}"]
    for other in _WANTED_OF_THINGS:
        if match := other.fullmatch(part):
            return [_thing(match)]
    return list(asked(f"{part}?")) if ends or part[:1].islower() else []


def _thing(match: re.Match[str]) -> str:
    """The thing's own name."""
    groups = match.groupdict()
    if lock := groups.get("lock"):
        return f"code of {lock.lower()}"
    if other := groups.get("other"):
        known = (thing for words, thing in OTHER_WORDS.items() if re.search(rf"\b{words}\b", other))
        return next(known, _ARTICLE.sub("", other))
    return _ARTICLE.sub("", groups["thing"])


def subject(thing: str) -> str:
    """The word to look a thing up by: whose it is, or what it is called."""
    owner = re.match(r"(?!(?:My|Our|The|Your)\b)([A-Z]\w+)['’]s ", thing)
    if owner:
        return owner[1]
    bare = re.split(r"\bof (?=the|my|our)", thing)[-1]
    return re.sub(r"^(?:my|our|the|your|his|her|their) ", "", bare, flags=re.IGNORECASE)


def mentions(text: str) -> tuple[str, ...]:
    """The people and things that a text names: whoever is called by a name, and what is mine."""
    mine = re.findall(r"(?i)\b(?:my|our) [a-z]+", text)
    return tuple(dict.fromkeys([*_NAMED.findall(_FIRST.sub("", text)), *mine]))


_FIRST = re.compile(r"(?<![^.!?\n]) {0,3}[A-Z][a-z]*(?!['’a-z])")
"""The word that begins a sentence, unless somebody owns something there."""
