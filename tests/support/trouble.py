"""Corridors in which something happens halfway: to the world, to its process, to its driver; and
one without an end, for what happens to it from outside."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from automem_graph.protocols import Observation
from support.toy import CORRIDOR, ROOMS, Corridor

HALFWAY = ROOMS // 2


class TroubledCorridor(Corridor):
    """Does `halfway` with the seed when its walker comes to the room in the middle."""

    def __init__(self, seed: int, halfway: Callable[[int], None]) -> None:
        super().__init__(seed)
        self._halfway = halfway

    def step(self, action: str) -> Observation:
        answer = super().step(action)
        if self._room == HALFWAY:
            self._halfway(self._seed)
        return answer


class Ring(Corridor):
    """Leads back to its first room, and a step takes `pause` seconds."""

    def __init__(self, seed: int, pause: float) -> None:
        super().__init__(seed)
        self._pause = pause

    def step(self, action: str) -> Observation:
        time.sleep(self._pause)
        self._room %= ROOMS - 1
        return super().step(action)


@dataclass(frozen=True)
class RingTask:
    name: str
    pause: float

    @property
    def card(self):
        name = f"support.trouble:{self.name}"
        return CORRIDOR.card.model_copy(update={"name": name, "max_steps": 1_000_000})

    def open(self, seed: int) -> Ring:
        return Ring(seed, self.pause)


@dataclass(frozen=True)
class Troubled:
    """A task with an odd corridor; `name` is its attribute here."""

    name: str
    halfway: Callable[[int], None]

    @property
    def card(self):
        return CORRIDOR.card.model_copy(update={"name": f"support.trouble:{self.name}"})

    def open(self, seed: int) -> TroubledCorridor:
        return TroubledCorridor(seed, self.halfway)


def _raise(seed: int) -> None:
    if seed == 13:
        raise ZeroDivisionError("the floor divided by zero")


def _hang(seed: int) -> None:
    if seed == 13:
        time.sleep(600)


def _exit_once(seed: int) -> None:
    """The first to come here ends the process of all worlds."""
    with Path("exited").open("a") as exits:
        exits.write("x")
        if exits.tell() == 1:
            _leave()


def _topple(seed: int) -> None:
    """kill -9 for the process that plays."""
    if seed == 13:
        os.kill(os.getppid(), signal.SIGKILL)


def _leave() -> NoReturn:
    os._exit(3)


RING = RingTask("RING", 0.01)
SLOW_RING = RingTask("SLOW_RING", 0.2)
RAISES = Troubled("RAISES", _raise)
HANGS = Troubled("HANGS", _hang)
EXITS_ONCE = Troubled("EXITS_ONCE", _exit_once)
TOPPLES = Troubled("TOPPLES", _topple)
