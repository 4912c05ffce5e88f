"""Same seed and same actions: the same texts, in any process and at any moment."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from world_walk import some_action

from automem_graph.protocols import Observation
from automem_graph.worlds.process import RemoteWorld, WorldProcess
from automem_graph.worlds.registry import find_task, task_names

WALK = Path(__file__).with_name("world_walk.py")
TASKS = [*task_names(), "nethack+autopickup+steps", "minihack-quest-easy+autopickup"]


@pytest.fixture(scope="module")
def process() -> Iterator[WorldProcess]:
    with WorldProcess.start() as process:
        yield process


def test_two_processes_with_other_hash_seeds_walk_the_same_300_steps_of_every_task() -> None:
    walks = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(WALK), "300", *TASKS],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    first, second = (walk.communicate()[0].splitlines() for walk in walks)
    assert [line.split()[0] for line in first] == TASKS
    assert all(len(line.split()[1]) == 64 for line in first)
    assert first == second


def _played(world: RemoteWorld, task: str, steps: int) -> tuple[list[str], list[Observation]]:
    """A random walk of so many steps, or until the world ends it."""
    choice = random.Random(f"{task} again")
    actions: list[str] = []
    answers = [world.reset()]
    while len(actions) < steps and not answers[-1].done:
        actions.append(some_action(choice, find_task(task).card.actions))
        answers.append(world.step(actions[-1]))
    return actions, answers


def _long_walk(process: WorldProcess, task: str) -> tuple[int, list[str], list[Observation]]:
    """The first seed whose walk lasts for 240 steps, or else the longest walk of ten seeds."""
    walks = []
    for seed in range(10):
        world = process.open(task, seed)
        actions, answers = _played(world, task, 240)
        world.close()
        walks.append((seed, actions, answers))
        if len(actions) == 240:
            break
    return max(walks, key=lambda walk: len(walk[1]))


@pytest.mark.parametrize("task", TASKS)
def test_a_world_is_rebuilt_at_step_200_and_goes_on_identically(
    process: WorldProcess, task: str
) -> None:
    seed, actions, answers = _long_walk(process, task)
    at = min(200, len(actions) // 2 + 1)
    rebuilt = process.open(task, seed)
    assert rebuilt.replay(actions[:at]) == answers[at]
    assert [rebuilt.step(action) for action in actions[at:]] == answers[at + 1 :]
    rebuilt.close()


@pytest.mark.parametrize("task", ["crafter", "nethack", "minihack-corridor-r3"])
def test_a_clone_goes_on_alone_and_disturbs_nothing(process: WorldProcess, task: str) -> None:
    actions, answers = _played(process.open(task, 5), task, 60)
    assert len(actions) == 60
    world = process.open(task, 5)
    world.replay(actions[:30])
    twin = world.clone()
    other = twin.clone()
    for action in reversed(actions):
        if other.step(action).done:
            break
    assert [twin.step(action) for action in actions[30:]] == answers[31:]
    assert [world.step(action) for action in actions[30:]] == answers[31:]
    assert twin.reset() == answers[0]
