"""One live NetHack game: named actions in, observations out."""

from __future__ import annotations

from typing import Any

from nle import nethack
from nle.env.tasks import NetHackChallenge

from automem_graph.protocols import Observation
from automem_graph.worlds.frames import Terminal
from automem_graph.worlds.nethack.actions import KEYS
from automem_graph.worlds.nethack.engine import Engine, Moment
from automem_graph.worlds.nethack.play import Play, facts
from automem_graph.worlds.nethack.progression import Progress
from automem_graph.worlds.nethack.screen import ARRAYS

PATIENCE = 150
"""Actions in a row that take no game time before the episode ends (BALROG's no_progress_timeout).

NLE's own count of them runs at double speed, since it looks twice at every step.
"""


class NetHackWorld:
    """A game of one seed; every reset starts the same game over (a twin of itself)."""

    def __init__(self, seed: int, *, autopickup: bool, steps: bool) -> None:
        self._play = Play(lambda: Engine(_challenge(autopickup), seed), KEYS, steps=steps)
        self._progress = Progress()
        self._turn = 0
        self._idle = 0

    def reset(self) -> Observation:
        moment = self._play.start()
        self._progress, self._idle = Progress(), 0
        self._turn = moment.screen.stats.turn
        self._reach(moment)
        return self._observation(moment, ())

    def step(self, action: str) -> Observation:
        """One action by its name on the card; ValueError for any other.

        RuntimeError before the first reset and after the hero's death.
        """
        moment = self._play.act(action)
        turn = moment.screen.stats.turn
        self._idle = self._idle + 1 if turn == self._turn else 0
        self._turn = turn
        return self._observation(moment, self._reach(moment))

    def draw(self) -> Terminal:
        """The screen of the last observation; RuntimeError before the first reset."""
        return self._play.draw()

    def close(self) -> None:
        self._play.close()

    def _reach(self, moment: Moment) -> tuple[str, ...]:
        stats = moment.screen.stats
        return self._progress.reach(stats.depth, stats.experience_level)

    def _observation(self, moment: Moment, news: tuple[str, ...]) -> Observation:
        done = moment.over or self._idle >= PATIENCE
        if done:
            self._play.close()
        return Observation(
            text=self._play.text(moment),
            done=done,
            progression=self._progress.score,
            facts={**facts(moment.screen), "unlocked": list(news)},
        )


def _challenge(autopickup: bool) -> Any:
    """NetHackChallenge with a hero of random role, as BALROG sets it up."""
    options = nethack.NETHACKOPTIONS
    if autopickup:
        options = tuple(one for one in options if not one.startswith("pickup_types"))
    return NetHackChallenge(
        character="@",
        options=options,
        observation_keys=ARRAYS,
        fix_moon_phase=True,
    )
