"""What is said in an episode, message by message: a function of the seed alone.

What a message is depends on draws that are keyed by the seed and the message's number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

from automem_graph.worlds.errands import chatter, pools
from automem_graph.worlds.errands.card import STEPS
from automem_graph.worlds.errands.judge import CANCELLED, Value
from automem_graph.worlds.errands.matters import OF_PEOPLE, SORTS, Key, some_value
from automem_graph.worlds.errands.phrases import KINDS

T = TypeVar("T")

PEOPLE = 5
"""People of an episode. Few, so that much is said of each."""

GAP = 30
"""Messages at least between a fact and a question for it, or between two questions for it."""


class Message(NamedTuple):
    """One message, and what a right answer has to name; nothing where it asks nothing."""

    text: str
    wanted: tuple[Value, ...] = ()
    about: tuple[Key, ...] = ()
    """What it tells, changes or asks."""
    since: tuple[int, ...] = ()
    """For what it asks: the messages that said it last."""


@dataclass
class Known:
    """A fact as it was said last, and when it was said and asked last."""

    value: str
    said: int
    asked: int = -GAP
    changes: int = 0


@dataclass
class Writer:
    """Writes an episode's messages one after the other."""

    seed: int
    at: int = 0
    known: dict[Key, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = self._sample(pools.PEOPLE, PEOPLE, "people")
        ranks = self._sample(pools.RELATIONS, PEOPLE, "relations")
        self.relations = dict(zip(self.people, ranks, strict=True))
        things = [Key("place", who) for who in self._sample(pools.THINGS, 4, "things")]
        locks = [Key("code", who) for who in self._sample(pools.LOCKS, 3, "locks")]
        roles = [Key("service", who) for who in self._sample([*pools.ROLES], 4, "roles")]
        weekly = [Key("weekly", who) for who in self._sample([*pools.COURSES], 3, "courses")]
        once = [Key("once", who) for who in self._sample([*pools.APPOINTMENTS], 3, "once")]
        self.matters = [*things, *locks, *roles, *weekly, *once]
        facets = [Key(kind, who) for who in self.people for kind in OF_PEOPLE[1:]]
        rest = [*facets, *self.matters]
        self.untold = [
            *(Key("relation", who) for who in self.people),
            *self._sample(rest, len(rest), "order"),
        ]

    def draw(self, options: int, *what: object) -> int:
        """A number below `options` that depends on the seed, the message's number and `what`."""
        digest = hashlib.blake2b(repr((self.seed, self.at, *what)).encode(), digest_size=8)
        return int.from_bytes(digest.digest(), "big") % options

    def pick(self, options: Sequence[str], *what: object) -> str:
        """One of them."""
        return options[self.draw(len(options), *what)]

    def write(self) -> Message:
        """The next message."""
        if self.at == 0:
            return Message(chatter.GREETING)
        tell, change, ask = (45, 52, 52) if self.at < STEPS // 3 else (6, 19, 48)
        drawn = self.draw(100, "kind")
        if drawn < tell and self.untold:
            return self._tell()
        if drawn < change and (key := self._changeable()):
            return self._change(key)
        if drawn < ask and (key := self._askable()):
            return self._ask(key)
        return Message(self._chat("chat"))

    def _tell(self) -> Message:
        """A fact that is new, sometimes two of one person."""
        key = self.untold.pop(0)
        said = self._said(key, KINDS[key.kind].tell, self._value(key))
        more = next((one for one in self.untold if one.who == key.who), None)
        if more and key.kind != "relation" and self.draw(5, "two") == 0:
            self.untold.remove(more)
            again = self._said(more, KINDS[more.kind].tell, self._value(more))
            return Message(f"{said} {self._as_pronoun(again, key.who)}", about=(key, more))
        return Message(self._with_chat(said, key), about=(key,))

    def _change(self, key: Key) -> Message:
        """A fact that is another one now, or the end of what it is about."""
        kind, known = KINDS[key.kind], self.known[key]
        ends = kind.end and known.value != CANCELLED and self.draw(4, "end") == 0
        value = CANCELLED if ends else self._value(key)
        forms = kind.end if ends else kind.change
        usable = [form for form in forms if "{old}" not in form or known.value != CANCELLED]
        said = self._said(key, usable, value)
        if key.who in self.relations and self.draw(4, "by relation") == 0:
            rank = f"My {self.relations[key.who]}"
            return Message(said.replace(key.who, rank, 1), about=(key,))
        return Message(self._with_chat(said, key), about=(key,))

    def _said(self, key: Key, forms: Sequence[str], value: str) -> str:
        """A sentence that says it; from now on it is known."""
        known = self.known.get(key)
        changes = 0 if known is None else known.changes + 1
        self.known[key] = Known(value, self.at, changes=changes)
        alias = {**pools.ROLES, **pools.COURSES, **pools.APPOINTMENTS}.get(key.who, "")
        form = self.pick(forms, "form", key)
        said = form.format(who=key.who, what=value, alias=alias, old=known.value if known else "")
        return said[0].upper() + said[1:]

    def _value(self, key: Key) -> str:
        """A value for it, other than that of any fact of this sort: nothing is guessed by luck."""
        if key.kind == "relation":
            return self.relations[key.who]
        taken = {one.value for other, one in self.known.items() if other.kind == key.kind}
        for attempt in range(100):
            value = some_value(key.kind, partial(self._drawn, key.kind, attempt))
            if value not in taken:
                return value
        raise AssertionError(f"there is no {key.kind} left")

    def _drawn(self, kind: str, attempt: int, options: int, what: str) -> int:
        return self.draw(options, what, kind, attempt)

    def _changeable(self) -> Key | None:
        """What has stood for a while and may change."""
        ripe = [key for key, one in self.known.items() if self.at - one.said >= GAP // 2]
        return self._one([key for key in ripe if KINDS[key.kind].change], "change")

    def _askable(self) -> Key | None:
        """What has not been mentioned for a while; what changed is asked twice as often."""
        ripe = [
            key
            for key, one in self.known.items()
            if self.at - one.said >= GAP and self.at - one.asked >= GAP
        ]
        twice = [key for key in ripe if self.known[key].changes]
        return self._one([*ripe, *twice], "ask")

    def _one(self, keys: Sequence[Key], what: str) -> Key | None:
        return keys[self.draw(len(keys), what)] if keys else None

    def _ask(self, key: Key) -> Message:
        """A question, sometimes for two facts about one person."""
        keys = [key]
        others = [
            one
            for one in self.known
            if one.who == key.who and SORTS[one.kind] not in (SORTS[key.kind], "person")
            if self.at - self.known[one].said >= GAP
        ]
        if key.kind != "relation" and others and self.draw(8, "two") == 0:
            keys.append(others[self.draw(len(others), "other")])
        forms = [KINDS[one.kind].ask for one in keys]
        if len(keys) == 2:  # each in its plainest form
            first, second = (form[0].format(who=key.who) for form in forms)
            text = f"{first[:-1]}, and {second[0].lower()}{second[1:]}"
        else:
            what = self.relations.get(key.who, "")
            text = self.pick(forms[0], "form").format(who=key.who, what=what)
        for one in keys:
            self.known[one].asked = self.at
        return Message(
            text,
            wanted=tuple(self._wanted(one) for one in keys),
            about=tuple(keys),
            since=tuple(self.known[one].said for one in keys),
        )

    def _wanted(self, key: Key) -> Value:
        named = key.who if key.kind == "relation" else self.known[key].value
        return Value(SORTS[key.kind], named)

    def _with_chat(self, said: str, key: Key) -> str:
        """The sentence, or small talk about somebody and then the sentence with she or he."""
        way = self.draw(6, "with")
        if way == 0 and key.who in self.relations and said.startswith(f"{key.who} "):
            plain = [form for form in chatter.ABOUT_PEOPLE[:12] if "{other}" not in form]
            return (
                f"{self.pick(plain, 'lead').format(who=key.who)} {self._as_pronoun(said, key.who)}"
            )
        if way == 1:
            return f"{said} {self.pick(chatter.ABOUT_NOTHING, 'after')}"
        return said

    def _as_pronoun(self, said: str, who: str) -> str:
        if not said.startswith(f"{who} "):
            return said
        return ("She" if pools.is_woman(who) else "He") + said[len(who) :]

    def _chat(self, what: str) -> str:
        """Small talk, mostly about people."""
        way = self.draw(10, what)
        about = (chatter.ABOUT_NOTHING, chatter.ABOUT_THINGS, chatter.ABOUT_PEOPLE)
        form = self.pick(about[(way > 0) + (way > 1)], what, "form")
        who, other = self._sample(self.people, 2, what, "who")
        named = {key.kind: key.who for key in self._sample(self.matters, len(self.matters), what)}
        return form.format(
            who=who,
            other=other,
            number=1000 + self.draw(9000, what, "number"),
            weekday=self.pick(pools.WEEKDAYS, what, "weekday"),
            city=self.pick(pools.CITIES, what, "city"),
            work=self.pick(pools.WORKPLACES, what, "work"),
            drink=self.pick(pools.DRINKS, what, "drink"),
            dog=self.pick(pools.DOGS, what, "dog"),
            food=self.pick(pools.FOODS, what, "food"),
            surname=self.pick(pools.SURNAMES, what, "surname"),
            thing=named["place"],
            place=self.pick(pools.PLACES, what, "place"),
            lock=named["code"],
            role=named["service"],
            course=named["weekly"],
            once=named["once"],
        )

    def _sample(self, options: Sequence[T], count: int, *what: object) -> list[T]:
        order = sorted(range(len(options)), key=lambda n: (self.draw(1 << 30, *what, n), n))
        return [options[n] for n in order[:count]]


def script(seed: int) -> tuple[Message, ...]:
    """All messages of an episode."""
    writer = Writer(seed)
    messages = []
    for writer.at in range(STEPS):
        messages.append(writer.write())
    return tuple(messages)
