"""Tasks that misbehave, for `module:attribute` names: the world process must survive or say so."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from automem_graph.protocols import Observation, TaskCard

CARD = TaskCard(
    name="odd",
    title="A world that does what the test needs",
    instructions="Wait or act.",
    actions=("Wait", "Act"),
    default_action="Wait",
    max_steps=10,
)


@dataclass
class OddWorld:
    """Counts its steps; `Act` is the misbehaviour."""

    act: Callable[[], str]
    steps: int = 0

    def reset(self) -> Observation:
        self.steps = 0
        return Observation(text="step 0")

    def step(self, action: str) -> Observation:
        self.steps += 1
        text = self.act() if action == "Act" else f"step {self.steps}"
        return Observation(text=text)

    def close(self) -> None:
        raise OSError("close always fails here")


@dataclass(frozen=True)
class OddTask:
    act: Callable[[], str]
    card: TaskCard = CARD

    def open(self, seed: int) -> OddWorld:
        if seed < 0:
            raise ValueError(f"seed {seed} has no map")
        return OddWorld(self.act)


def _raise() -> NoReturn:
    raise ZeroDivisionError("the dragon divided by zero")


def _exit() -> NoReturn:
    print("the dragon left", flush=True)
    os._exit(3)


def _hang() -> str:
    time.sleep(600)
    return ""


def _hold() -> str:
    """Keep a named pipe open, so that its reader sees when this process ends, and hang."""
    os.open(os.environ["ODD_PIPE"], os.O_WRONLY)
    return _hang()


def _once() -> Callable[[], str]:
    done: list[bool] = []

    def act() -> str:
        if done:
            raise ValueError("this works only once")
        done.append(True)
        return "done"

    return act


RAISES = OddTask(_raise)
BRITTLE = OddTask(_once())
EXITS = OddTask(_exit)
HANGS = OddTask(_hang)
HOLDS = OddTask(_hold)
TALKS = OddTask(lambda: "x" * (17 << 20))
NO_TASK = 42
