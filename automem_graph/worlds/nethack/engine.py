"""A seeded NetHack game, driven by keys and read as screens.

The game underneath is an NLE or MiniHack environment, of which only the configured game and the
goal test are used: keys go straight to NetHack. So no step limit, time penalty or goodbye sequence
of the environment gets between an action and its screen, and nothing is copied that nobody reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automem_graph.worlds.nethack.actions import ENTER
from automem_graph.worlds.nethack.birthday import fix_birthday
from automem_graph.worlds.nethack.message import Asks
from automem_graph.worlds.nethack.screen import Raw, Screen, shows_status

_MOST_PAUSES = 200
"""`--More--`s that one action may bring; NetHack at its wordiest stays far below."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a key has led: the screen, all messages on the way, and whether the game is over."""

    screen: Screen
    messages: tuple[str, ...]
    over: bool


class Engine:
    """One game of one seed. Make a new one to start over: files of the last one would linger."""

    def __init__(self, env: Any, seed: int) -> None:
        """`env` is an NLE environment, built with `fix_moon_phase`, and now belongs to the engine.

        Its class may refuse to be seeded (NetHackChallenge does), hence the detour.
        """
        self._env = env
        self._game = env.nethack
        type(self._game).set_initial_seeds(self._game, seed, seed, False)
        self._keys = {name: env._observation_keys.index(name) for name in Raw.__slots__}
        self._last: Screen | None = None

    def start(self) -> Moment:
        """Begin, and read past the greetings."""
        self._arrays = self._game.reset()
        fix_birthday(self._game)
        return self._read_on(over=False)

    def press(self, key: int) -> Moment:
        """One key, and past every pause that follows."""
        self._arrays, over = self._game.step(key)
        return self._read_on(over=over)

    @property
    def won(self) -> bool:
        """The environment's own goal test of the moment."""
        return bool(self._env._is_episode_end(self._arrays) > 0)

    def close(self) -> None:
        """End the game and remove its folder."""
        self._env.close()

    def _read_on(self, *, over: bool) -> Moment:
        """Dismiss `--More--` until the game waits for something else, or is over.

        A game that is over says how ("You die...") and goes on to a farewell, which has the real
        year on a tombstone: the moment returned is the last one before it.
        """
        messages: list[str] = []
        for _ in range(_MOST_PAUSES):
            raw = self._raw()
            rows, asks, message = raw.head()
            paused = asks is Asks.MORE or not raw.began
            ends = over or raw.over
            if not ends or (paused and not over and shows_status(rows)):
                self._last = raw.screen()
                messages.append(message)
            if ends or not paused:
                break
            self._arrays, over = self._game.step(ENTER)
        if self._last is None:
            raise RuntimeError("the game ended before it began")
        return Moment(self._last, tuple(messages), over=ends)

    def _raw(self) -> Raw:
        return Raw(**{name: self._arrays[index] for name, index in self._keys.items()})
