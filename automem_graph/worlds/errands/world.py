"""One live episode of errands: a message at a time, and an answer to each."""

from __future__ import annotations

from automem_graph.protocols import ANSWER_CHARS, Observation
from automem_graph.worlds.errands import pools
from automem_graph.worlds.errands.judge import is_right
from automem_graph.worlds.errands.script import Message, script

A_DAY = 10
"""Messages of a day."""

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class ErrandsWorld:
    """An episode of one seed. What is said does not depend on the answers, only the score does."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._script: tuple[Message, ...] = ()
        self._at = 0
        self._right = 0

    def reset(self) -> Observation:
        self._script, self._at, self._right = script(self._seed), 0, 0
        return self._observation(reward=0.0)

    def step(self, action: str) -> Observation:
        """Answer the message that was shown; ValueError for an answer that is too long.

        RuntimeError before the first reset and after the end.
        """
        if len(action) > ANSWER_CHARS:
            raise ValueError(f"an answer has at most {ANSWER_CHARS} characters")
        if self._at >= len(self._script):
            raise RuntimeError("no episode is running here: call reset() first")
        wanted = self._script[self._at].wanted
        right = bool(wanted) and is_right(action, wanted)
        self._right += right
        self._at += 1
        return self._observation(reward=float(right))

    def clone(self) -> ErrandsWorld:
        """A world that goes on from this moment; neither disturbs the other."""
        twin = ErrandsWorld(self._seed)
        twin._script, twin._at, twin._right = self._script, self._at, self._right
        return twin

    def close(self) -> None:
        self._script = ()

    def _observation(self, reward: float) -> Observation:
        done = self._at == len(self._script)
        asked = [len(message.wanted) > 0 for message in self._script]
        text = "That was all for now. Thank you, and goodbye."
        if not done:
            text = f"{_date(self._seed, self._at)}\n{self._script[self._at].text}"
        return Observation(
            text=text,
            reward=reward,
            done=done,
            progression=self._right / max(1, sum(asked)),
            facts={"right": self._right, "asked": sum(asked[: self._at]), "questions": sum(asked)},
        )


def _date(seed: int, at: int) -> str:
    """`Tuesday 4 March, message 37:`, from the first of March on."""
    day, month = 1 + at // A_DAY, 2
    weekday = pools.WEEKDAYS[(seed + at // A_DAY) % 7]
    while day > _DAYS[month]:
        day, month = day - _DAYS[month], month + 1
    return f"{weekday} {day} {pools.MONTHS[month]}, message {at + 1}:"
