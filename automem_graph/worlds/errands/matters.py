"""What facts are about, and the values that they can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from automem_graph.worlds.errands import pools

OF_PEOPLE = ("relation", "home", "work", "birthday", "drink", "dog", "extension", "allergy")
SORTS = {
    "relation": "person",
    "home": "city",
    "work": "workplace",
    "birthday": "date",
    "drink": "drink",
    "dog": "dog",
    "extension": "number",
    "allergy": "food",
    "place": "place",
    "code": "number",
    "service": "surname",
    "weekly": "weekly",
    "once": "once",
}
"""Of which sort the value of a kind is; a relation is asked by what somebody is."""


class Key(NamedTuple):
    """What a fact is about."""

    kind: str
    who: str


POOL = {
    "home": pools.CITIES,
    "work": pools.WORKPLACES,
    "drink": pools.DRINKS,
    "dog": pools.DOGS,
    "allergy": pools.FOODS,
    "place": pools.PLACES,
    "service": pools.SURNAMES,
}


def some_value(kind: str, draw: Callable[[int, str], int]) -> str:
    """A value of a kind; `draw(options, what)` is a number below `options`."""
    if kind in ("weekly", "once"):
        clock = f"{8 + draw(12, 'hour')}:{('00', '15', '30', '45')[draw(4, 'minute')]}"
    if kind == "weekly":
        return f"{pools.WEEKDAYS[draw(7, 'day')]}s at {clock}"
    if kind in ("birthday", "once"):
        months = pools.MONTHS[6:10] if kind == "once" else pools.MONTHS
        date = f"{1 + draw(28, 'day')} {months[draw(len(months), 'month')]}"
        return f"{date} at {clock}" if kind == "once" else date
    if SORTS[kind] == "number":
        return str(1000 + draw(9000, "number"))
    return POOL[kind][draw(len(POOL[kind]), "value")]
