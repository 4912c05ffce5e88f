"""Play a NetHack game by named actions: what the worlds of NetHack and MiniHack share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue

from automem_graph.worlds.frames import Terminal
from automem_graph.worlds.nethack.actions import ANSWERS, DIRECTIONS, ESCAPE, LETTERS
from automem_graph.worlds.nethack.drawing import draw
from automem_graph.worlds.nethack.engine import Engine, Moment
from automem_graph.worlds.nethack.message import Asks
from automem_graph.worlds.nethack.screen import STATUS_ROWS, Screen, shows_status
from automem_graph.worlds.nethack.text import describe

UNASKED = "Nothing is asked, so letters do nothing."
UNANSWERED = "That is no answer: give a letter, digit or sign, or leave the question with esc."
GAME_OVER = "The game is over."
DIRECTION = "direction"
POINTING = "(For instructions type a"


class Play:
    """A game that can be started over; every start is the same game (a twin of itself)."""

    def __init__(self, open_engine: Callable[[], Engine], keys: Mapping[str, int], *, steps: bool):
        self._open_engine = open_engine
        self._keys = keys
        self._steps = steps
        self._engine: Engine | None = None
        self._moment: Moment | None = None
        self._status: Sequence[str] = ()

    def start(self) -> Moment:
        self.close()
        self._engine, self._status = self._open_engine(), ()
        return self._take_in(self._engine.start())

    def act(self, action: str) -> Moment:
        """One action by its name; ValueError for any other.

        RuntimeError before the first start and after the end.
        """
        if action not in self._keys:
            known = ", ".join(self._keys)
            raise ValueError(f"'{action}' is no action of this task; these are: {known}")
        if self._engine is None or self._moment is None:
            raise RuntimeError("no episode is running here: call reset() first")
        refusal = _refusal(action, self._moment.screen)
        if refusal:
            return self._take_in(Moment(self._moment.screen, refusal, over=False))
        return self._take_in(self._engine.press(self._keys[action]))

    def decline(self, asked: Moment) -> Moment:
        """Leave the question that a moment ends with, by pressing escape."""
        assert self._engine is not None
        left = self._engine.press(ESCAPE)
        return self._take_in(Moment(left.screen, (*asked.messages, *left.messages), left.over))

    @property
    def won(self) -> bool:
        return self._engine is not None and self._engine.won

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def draw(self) -> Terminal:
        """The screen of the last moment; RuntimeError before the first start."""
        if self._moment is None:
            raise RuntimeError("there is nothing to draw yet: call reset() first")
        return draw(self._moment.screen)

    def text(self, moment: Moment) -> str:
        messages = (*moment.messages, GAME_OVER) if moment.over else moment.messages
        return describe(moment.screen, messages, self._status, steps=self._steps)

    def _take_in(self, moment: Moment) -> Moment:
        self._moment = moment
        if not self._status or shows_status(moment.screen.rows):
            self._status = moment.screen.rows[STATUS_ROWS]
        return moment


def _refusal(action: str, screen: Screen) -> tuple[str, ...]:
    """The messages for an action that is not passed on to the game; empty for one that is.

    Every action is a key, and to a question a move would be a letter: `northwest` would be a yes.
    """
    if _points(screen):
        return ()
    if screen.asks is None:
        return (UNASKED,) if action in LETTERS else ()
    asks_direction = screen.asks is Asks.KEY and DIRECTION in screen.message
    if action in ANSWERS or (asks_direction and action in DIRECTIONS):
        return ()
    return (screen.message, UNANSWERED)


def _points(screen: Screen) -> bool:
    """Whether a place on the map is being chosen, which NLE does not flag.

    The cursor has left the hero, or the message still says how.
    """
    row, column = screen.cursor
    away = row > 0 and (row, column) != (screen.stats.y, screen.stats.x)
    return screen.asks is None and (away or POINTING in screen.message)


def facts(screen: Screen) -> dict[str, JsonValue]:
    """What people and the trace may know of a moment."""
    stats = screen.stats
    return {
        "depth": stats.depth,
        "experience_level": stats.experience_level,
        "hp": stats.hp,
        "max_hp": stats.max_hp,
        "turn": stats.turn,
        "position": [stats.x, stats.y],
    }
