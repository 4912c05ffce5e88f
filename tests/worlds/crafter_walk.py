"""Prints a digest of the texts along a random walk: `python crafter_walk.py SEED STEPS`.

The walker is healed at every step, so that the walk reaches the nights, when creatures come and go.
"""

import hashlib
import random
import sys

from automem_graph.worlds.crafter.engine import Engine
from automem_graph.worlds.crafter.text import describe


def walk(seed: int, steps: int) -> str:
    engine = Engine(seed)
    choice = random.Random(seed)
    digest = hashlib.sha256(describe(engine.scene()).encode())
    for _ in range(steps):
        engine.step(choice.randrange(17))
        engine.player.inventory.update(health=9, food=9, drink=9)
        digest.update(describe(engine.scene()).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    print(walk(int(sys.argv[1]), int(sys.argv[2])))
