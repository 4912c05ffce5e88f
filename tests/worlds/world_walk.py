"""Prints a digest of a random walk through each task: `python world_walk.py STEPS TASK...`.

A walk that ends goes on in the next seed's world.
"""

import hashlib
import random
import sys
from collections.abc import Sequence

from automem_graph.protocols import Observation
from automem_graph.worlds.registry import find_task


def walk(task: str, steps: int) -> str:
    kind, seed = find_task(task), 42
    choice = random.Random(task)
    world = kind.open(seed)
    digest = hashlib.sha256(_told(world.reset()))
    for _ in range(steps):
        answer = world.step(some_action(choice, kind.card.actions))
        digest.update(_told(answer))
        if answer.done:
            world.close()
            seed += 1
            world = kind.open(seed)
            digest.update(_told(world.reset()))
    world.close()
    return digest.hexdigest()


def some_action(choice: random.Random, actions: Sequence[str]) -> str:
    """Mostly one of the first, which move: an open question leads no walker far."""
    if "esc" in actions and choice.random() < 0.3:
        return "esc"
    return choice.choice(actions if choice.random() < 0.3 else actions[:12])


def _told(answer: Observation) -> bytes:
    return answer.model_dump_json().encode()


if __name__ == "__main__":
    for name in sys.argv[2:]:
        print(name, walk(name, int(sys.argv[1])))
