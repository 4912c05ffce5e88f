"""One live world of gates: rooms with a thing in each, three gates at a time, and what is wanted.

What is wanted is a thing that was seen before, in one of the rooms that were entered, and its room
is always among the gates: who wrote down where it is, and looks it up, knows which one to take.
Between two things that are wanted, nothing is: time to see a room more.
"""

from __future__ import annotations

from random import Random

from automem_graph.protocols import Observation

ROOMS = (
    *("ant", "ape", "asp", "bat", "bee", "cat", "cod", "cow", "doe", "dog", "eel", "elk", "emu"),
    *("ewe", "fox", "gnu", "hen", "hog", "jay", "kid", "koi", "owl", "pig", "sow", "yak"),
)
STAY = "stay"
THINGS = (
    *("lamp", "drum", "bell", "coin", "rope", "book", "cup", "key", "ring", "flag"),
    *("harp", "kite", "boot", "vase", "clock", "shell", "broom", "candle", "ladder", "mirror"),
    *("basket", "hammer", "pillow", "violin", "whistle"),
)
GATES = 3
MOST_GOALS = 12
"""Goals that are a progression of 1; about as many as can be reached in 24 steps."""


class GatesWorld:
    """What is random follows from the seed, the step and the goals so far, and not from the path:
    so twins that part ways are still offered much the same."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._holds = dict(zip(ROOMS, self._draw("things").sample(THINGS, len(ROOMS)), strict=True))
        self._room: str | None = None
        self._wanted: str | None = None
        self._seen: set[str] = set()
        self._steps = self._goals = 0
        self._gates = self._offer()

    def reset(self) -> Observation:
        self._room = self._wanted = None
        self._seen = set()
        self._steps = self._goals = 0
        self._gates = self._offer()
        return self._observation(0.0)

    def step(self, action: str) -> Observation:
        """Go to a room that is offered; any other one, and `stay`, is no move."""
        if action not in self._holds and action != STAY:
            raise ValueError(f"'{action}' is no action of gates; {STAY} and the rooms are")
        moved = action in self._gates
        if moved:
            self._room = action
            self._seen.add(action)
        reached = moved and self._room == self._wanted
        self._goals += reached
        if reached:
            self._wanted = None
        elif self._wanted is None and moved:
            self._wanted = self._next_goal()
        self._steps += 1
        self._gates = self._offer()
        return self._observation(float(reached))

    def close(self) -> None:
        pass

    def _observation(self, reward: float) -> Observation:
        here = f"room {self._room} has {self._holds[self._room]}" if self._room else "outside"
        wanted = self._holds[self._wanted] if self._wanted else "nothing"
        return Observation(
            text=f"{here}\nwanted {wanted}\ngates {' '.join(self._gates)}",
            reward=reward,
            progression=min(1.0, self._goals / MOST_GOALS),
            facts={"room": self._room, "wanted": self._wanted, "goals": self._goals},
        )

    def _next_goal(self) -> str | None:
        """The room of what is wanted next: one that was entered, and another than this one."""
        order = self._draw("goal", self._goals).sample(ROOMS, len(ROOMS))
        return next((room for room in order if room in self._seen - {self._room}), None)

    def _offer(self) -> tuple[str, ...]:
        """The gates of this step, in the order in which they are shown."""
        order = self._draw("gates", self._steps).sample(ROOMS, len(ROOMS))
        if self._wanted:
            order.insert(0, self._wanted)
        offered = [room for room in dict.fromkeys(order) if room != self._room][:GATES]
        return tuple(self._draw("order", self._steps).sample(offered, GATES))

    def _draw(self, *what: object) -> Random:
        return Random(f"{self._seed} {what}")
