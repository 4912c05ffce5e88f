"""Whether an answer is right: it names the value asked for and no other of its sort.

Case, articles, punctuation and the ways to write a date or a time of day do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from automem_graph.worlds.errands import pools

MOST_WORDS = 15
"""Words of an answer; a longer one is wrong, since it could list what it likes."""

CANCELLED = "cancelled"

_MARKS = re.compile(r"[^\w:.]+|_+|(?<!\d)[:.]|[:.](?!\d)")
_OWNS = re.compile(r"['’]s\b")
_ARTICLES = re.compile(r" (?:the|a|an)(?= )")
_CLOCK = re.compile(
    r"\b(\d{1,2})[:.](\d{2})(?: ?([ap])\.? ?m\b\.?)?|\b(\d{1,2}) ?([ap])\.? ?m\b\.?"
)
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_MONTH = "|".join(f"{month.lower()}|{month[:3].lower()}" for month in pools.MONTHS)
_DATE = re.compile(rf"\b(\d{{1,2}}) (?:of )?({_MONTH})\b|\b({_MONTH}) (\d{{1,2}})\b")
_DAY = re.compile(
    rf"\b(?:({'|'.join(day.lower() for day in pools.WEEKDAYS)})s?"
    r"|(mon|tues?|weds?|thu|thurs?|fri|sat|sun))\b"
)
_NUMBER = re.compile(r"\d{3,}")
_OVER = re.compile(
    r"\b(?:cancell?ed|called off|no longer|not (?:any more|taking place|happening)|given up"
    r"|ended|no (?:new )?date)\b"
)

POOLS: Mapping[str, tuple[str, ...]] = {
    "person": pools.PEOPLE,
    "city": pools.CITIES,
    "workplace": pools.WORKPLACES,
    "drink": pools.DRINKS,
    "dog": pools.DOGS,
    "food": pools.FOODS,
    "place": pools.PLACES,
    "surname": pools.SURNAMES,
}


class Value(NamedTuple):
    """What is asked for: its sort (a pool, `number`, `date`, `weekly`, `once`), and its text."""

    sort: str
    text: str


def is_right(answer: str, wanted: tuple[Value, ...]) -> bool:
    """Whether the answer names all that is wanted, and nothing else of the same sorts."""
    if len(answer.split()) > MOST_WORDS:
        return False
    return all(mentions(answer, one.sort) == mentions(one.text, one.sort) for one in wanted)


def mentions(text: str, sort: str) -> frozenset[str]:
    """All values of a sort that a text names."""
    plain = _plain(text)
    if sort in POOLS:
        return frozenset(value for value in POOLS[sort] if f" {_core(value)} " in plain)
    if sort == "number":
        return frozenset(_NUMBER.findall(plain))
    clocks, rest = _clocks(plain)
    dates, rest = _dates(rest)
    days = {next(filter(None, found.groups()))[:3] for found in _DAY.finditer(rest)}
    over = {CANCELLED} if _OVER.search(plain) else set()
    named = {"date": dates, "weekly": clocks | days, "once": clocks | dates}[sort]
    return frozenset(named | (over if sort != "date" else set()))


def _plain(text: str) -> str:
    """The words in lower case between single blanks, without accents and articles."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = _MARKS.sub(" ", _OWNS.sub("", bare).replace("'", ""))
    return _ARTICLES.sub("", f" {' '.join(words.split())} ")


def _core(value: str) -> str:
    """What must be named of a pool's value: no preposition, no title."""
    words = _plain(value).split()
    return " ".join(words[1:] if words[0] in ("in", "on", "under", "behind", "mr", "ms") else words)


def _clocks(text: str) -> tuple[set[str], str]:
    """The times of day, in 24 hours, and the text without them."""
    found = set()
    for hour, minute, half, bare, bare_half in _CLOCK.findall(text):
        twelve = half or bare_half
        number = int(hour or bare) % 12 if twelve else int(hour or bare)
        found.add(f"{number + 12 * (twelve == 'p')}:{minute or '00'}")
    return found, _CLOCK.sub(" ", text)


def _dates(text: str) -> tuple[set[str], str]:
    """The days of the year, and the text without them."""
    text = _ORDINAL.sub(r"\1", text)
    found = {
        f"{int(first or second)} {(month or named)[:3]}"
        for first, month, named, second in _DATE.findall(text)
    }
    return found, _DATE.sub(" ", text)
