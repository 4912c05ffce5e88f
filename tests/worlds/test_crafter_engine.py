import os
import random
import subprocess
import sys
from pathlib import Path

import crafter.engine
import pytest

from automem_graph.worlds.crafter.engine import NATIVE_STEPS, Engine
from automem_graph.worlds.crafter.text import describe

WALK = Path(__file__).with_name("crafter_walk.py")


def _texts(engine: Engine, actions: list[int]) -> list[str]:
    texts = [describe(engine.scene())]
    for action in actions:
        engine.step(action)
        texts.append(describe(engine.scene()))
    return texts


def _actions(seed: int, count: int) -> list[int]:
    choice = random.Random(seed)
    return [choice.randrange(17) for _ in range(count)]


def test_two_processes_with_other_hash_seeds_walk_the_same_600_steps() -> None:
    walks = [
        subprocess.Popen(
            [sys.executable, str(WALK), "42", "600"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    first, second = (walk.communicate()[0].strip() for walk in walks)
    assert len(first) == 64
    assert first == second


def test_a_walk_does_not_depend_on_what_else_was_played_or_allocated() -> None:
    actions = _actions(7, 140)
    alone = _texts(Engine(45), actions)
    ballast = [object() for _ in range(10_000)]
    Engine(1).step(0)
    assert _texts(Engine(45), actions) == alone
    assert len(ballast) == 10_000


def test_two_worlds_interleaved_equal_each_one_alone() -> None:
    actions = _actions(3, 130)
    alone = [_texts(Engine(seed), actions) for seed in (44, 46)]
    engines = [Engine(44), Engine(46)]
    together = [[describe(engine.scene())] for engine in engines]
    for action in actions:
        for engine, texts in zip(engines, together, strict=True):
            engine.step(action)
            texts.append(describe(engine.scene()))
    assert together == alone


def test_other_seeds_are_other_worlds() -> None:
    actions = _actions(3, 30)
    assert _texts(Engine(42), actions) != _texts(Engine(43), actions)


def test_nothing_is_drawn_by_day_or_night(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("drew an image")

    monkeypatch.setattr(crafter.engine.LocalView, "__call__", refuse)
    monkeypatch.setattr(crafter.engine.ItemView, "__call__", refuse)
    engine = Engine(42)
    assert engine.step(0)[0] is None
    engine._step = 200
    assert engine.step(0)[0] is None
    assert engine.daylight < 0.1


def test_the_engine_ends_an_episode_only_at_the_native_limit() -> None:
    engine = Engine(42)
    engine._step = NATIVE_STEPS - 2  # rather than play for minutes
    assert not engine.step(0)[2]
    assert engine.step(0)[2]
