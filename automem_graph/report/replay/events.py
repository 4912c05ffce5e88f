"""What happens in an episode, as a timeline shows it: out of its rows, one by one.

Worlds say in their facts what there is to see (`hp`, `depth`, `unlocked`, ...). One that says
nothing is judged by its rewards and its progression.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Any

from automem_graph.episodes.tallies import OPPOSITES
from automem_graph.report.replay.rows import Answer, Glance
from automem_graph.report.replay.shapes import MOST_POINTS, Event, EventKind
from automem_graph.structure.desk.plain import one_line

STUCK = 8
"""Steps in a row without effect that are an event."""

MOST_EVENTS = 4000
"""Events of an episode: beyond that, those of the commonest kind are thinned out."""

RISE = 0.01
"""Progression that is worth an event where the world names nothing that was achieved."""

_CLOCKS = {"turn", "daylight"}
"""Facts that change whatever is done, in worlds where one has a position."""

_LEVELS = ("Dlvl:", "Xp:")
"""Beginnings of achievements that are levels, which are told as such."""

_TEXT = 160


class Timeline:
    """Takes the steps in order, and knows what happened so far."""

    def __init__(self, first: Answer) -> None:
        self._before = first
        self._events: list[Event] = []
        self._points = [(0, first.progression)]
        self._steps = 0
        self._action = ""
        self._headings: deque[str] = deque(maxlen=4)
        self._idle = 0
        """Steps in a row, the last one included, that had no effect."""
        self._done = False

    @property
    def done(self) -> bool:
        """Whether the world has ended the episode."""
        return self._done

    @property
    def events(self) -> list[Event]:
        """By step; a stretch without effect is one event, at its beginning."""
        found = [*self._events, *self._stuck()]
        return sorted(_thinned(found), key=lambda event: event.step)

    @property
    def points(self) -> list[tuple[int, float]]:
        """The progression before each step where it changes, and at the end; thinned."""
        last = (self._steps, self._before.progression)
        points = self._points if self._points[-1] == last else [*self._points, last]
        if len(points) <= MOST_POINTS:
            return points
        return [
            points[place * (len(points) - 1) // (MOST_POINTS - 1)] for place in range(MOST_POINTS)
        ]

    def take(self, row: Glance) -> None:
        """The next step."""
        self._mind_effect(row)
        for reason in row.rejections:
            self._tell(row.step, "rejected", f"sent back: {reason}")
        if row.note:
            self._tell(row.step, "rejected", row.note)
        for call in row.calls:
            if call.error:
                self._tell(row.step, "failed", call.error)
        if row.fallback:
            self._tell(row.step, "failed", f"no action was committed: {row.action} was taken")
        for kind, text in changes(self._before, row.answer):
            self._tell(row.step, kind, text)
        self._steps += 1
        if row.answer.progression != self._before.progression:
            self._points.append((self._steps, row.answer.progression))
        self._before, self._action, self._done = row.answer, row.action, row.answer.done

    def _mind_effect(self, row: Glance) -> None:
        self._headings.append(_heading(row.action))
        same = row.action == self._action and _alike(self._before.facts, row.answer.facts)
        if row.unchanged > 0 or same or _to_and_fro(self._headings):
            self._idle += 1
            return
        self._events += self._stuck()
        self._idle = 0

    def _stuck(self) -> Iterable[Event]:
        if self._idle >= STUCK:
            text = f"{self._idle} steps without effect"
            yield Event(step=self._steps - self._idle, kind="stuck", text=text)

    def _tell(self, step: int, kind: EventKind, text: str) -> None:
        self._events.append(Event(step=step, kind=kind, text=one_line(text, _TEXT)))


def changes(before: Answer, after: Answer) -> Iterable[tuple[EventKind, str]]:
    """What the world says happened between two answers: kinds and texts."""
    was, now = before.facts, after.facts
    for fact, name in (("depth", "dungeon level"), ("experience_level", "experience level")):
        old, new = _number(was.get(fact)), _number(now.get(fact))
        if old is not None and new is not None and old != new:
            yield "level", f"{name} {old:g} to {new:g}"
    old, new = _health(was), _health(now)
    if old is not None and new is not None and new < old:
        yield "damage", f"health {old:g} to {new:g}"
    unlocked = now.get("unlocked")
    if isinstance(unlocked, list):
        for name in unlocked:
            if isinstance(name, str) and not name.startswith(_LEVELS):
                yield "achievement", name.replace("_", " ")
    elif after.reward > 0:
        yield "achievement", f"reward {after.reward:g}"
    elif after.progression - before.progression >= RISE:
        yield "achievement", f"progression {before.progression:.1%} to {after.progression:.1%}"


def _health(facts: Mapping[str, Any]) -> float | None:
    vitals = facts.get("vitals")
    return _number(vitals.get("health") if isinstance(vitals, dict) else facts.get("hp"))


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def _alike(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a world in which one has a position tells the same facts, clocks aside."""
    kept = {name: fact for name, fact in now.items() if name not in _CLOCKS}
    return "position" in kept and kept == {name: was[name] for name in was if name not in _CLOCKS}


def _to_and_fro(headings: deque[str]) -> bool:
    if len(headings) < 4:
        return False
    first, second, third, fourth = headings
    return (first, second) == (third, fourth) and OPPOSITES.get(first) == second


def _heading(action: str) -> str:
    return next((word for word in action.lower().split() if word in OPPOSITES), "")


def _thinned(events: list[Event]) -> list[Event]:
    """The events, every n-th only of whatever there is most of."""
    while len(events) > MOST_EVENTS:
        kind, count = Counter(event.kind for event in events).most_common(1)[0]
        others = [event for event in events if event.kind != kind]
        room = max(MOST_EVENTS - len(others), count // 2)
        stride = -(-count // room)
        kept = [event for event in events if event.kind == kind][::stride]
        events = [*others, *kept]
    return events
