"""One live MiniHack level: named actions in, observations out."""

from __future__ import annotations

from automem_graph.protocols import Observation
from automem_graph.worlds.frames import Terminal
from automem_graph.worlds.minihack.card import keys
from automem_graph.worlds.minihack.level import open_level
from automem_graph.worlds.nethack.engine import Engine, Moment
from automem_graph.worlds.nethack.message import Asks
from automem_graph.worlds.nethack.play import DIRECTION, Play, facts


class MiniHackWorld:
    """A level of one seed; every reset starts the same level over (a twin of itself)."""

    def __init__(self, name: str, seed: int, *, autopickup: bool, steps: bool) -> None:
        self._keys = keys(name)

        def open_engine() -> Engine:
            return Engine(open_level(name, seed, autopickup=autopickup), seed)

        self._play = Play(open_engine, self._keys, steps=steps)

    def reset(self) -> Observation:
        return self._observation(self._play.start())

    def step(self, action: str) -> Observation:
        """One action by its name on the card; ValueError for any other.

        RuntimeError before the first reset and after the end.
        """
        moment = self._play.act(action)
        if "esc" not in self._keys and _is_stuck(moment):
            moment = self._play.decline(moment)
        return self._observation(moment)

    def draw(self) -> Terminal:
        """The screen of the last observation; RuntimeError before the first reset."""
        return self._play.draw()

    def close(self) -> None:
        self._play.close()

    def _observation(self, moment: Moment) -> Observation:
        """A win ends with reward 1, all else with 0: MiniHack's time penalty is left out.

        It would turn the reward of a win into 0.99 whenever a fast hero wins within a turn, and
        the score, which asks for a final reward of 1, into 0.
        """
        won = not moment.over and self._play.won
        if won or moment.over:
            self._play.close()
        return Observation(
            text=self._play.text(moment),
            reward=float(won),
            done=won or moment.over,
            progression=float(won),
            facts={**facts(moment.screen), "unlocked": ["won"] if won else [], "success": won},
        )


def _is_stuck(moment: Moment) -> bool:
    """Whether something is asked that moves cannot answer."""
    asks = moment.screen.asks
    return asks is not None and not (asks is Asks.KEY and DIRECTION in moment.screen.message)
