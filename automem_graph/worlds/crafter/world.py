"""One live Crafter world: named actions in, observations out."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from automem_graph.protocols import Observation
from automem_graph.worlds.crafter.card import NATIVE_NAMES
from automem_graph.worlds.crafter.drawing import draw
from automem_graph.worlds.crafter.engine import ACHIEVEMENTS, Engine
from automem_graph.worlds.crafter.text import describe, direction
from automem_graph.worlds.frames import Tiles

_INDEX = {name: index for index, name in enumerate(NATIVE_NAMES)}


class CrafterWorld:
    """A world of one seed; every reset starts the same world over (a twin of itself)."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._engine: Engine | None = None
        self._seen: Engine | None = None
        self._unlocked: tuple[str, ...] = ()

    def reset(self) -> Observation:
        self._engine = Engine(self._seed)
        self._unlocked = ()
        return self._observation(self._engine, reward=0.0, done=False)

    def step(self, action: str) -> Observation:
        """One action by its name on the card; ValueError for any other.

        RuntimeError before the first reset and after the end: a dead player earns no more.
        """
        if action not in _INDEX:
            raise ValueError(f"'{action}' is no action of Crafter; these are: {', '.join(_INDEX)}")
        if self._engine is None:
            raise RuntimeError("no episode is running here: call reset() first")
        engine = self._engine
        _, reward, done, _ = engine.step(_INDEX[action])
        if done:
            self._engine = None
        return self._observation(engine, float(reward), bool(done))

    def clone(self) -> CrafterWorld:
        """A world that goes on from this moment, in constant time; neither disturbs the other."""
        twin = CrafterWorld(self._seed)
        twin._engine = self._engine and self._engine.clone()
        twin._seen = twin._engine or self._seen
        twin._unlocked = self._unlocked
        return twin

    def draw(self) -> Tiles:
        """The scene of the last observation; RuntimeError before the first reset."""
        if self._seen is None:
            raise RuntimeError("there is nothing to draw yet: call reset() first")
        return draw(self._seen)

    def close(self) -> None:
        self._engine = self._seen = None

    def _observation(self, engine: Engine, reward: float, done: bool) -> Observation:
        self._seen = engine
        before, self._unlocked = self._unlocked, engine.unlocked()
        scene = engine.scene()
        facts: Mapping[str, JsonValue] = {
            "achievements": len(self._unlocked),
            "unlocked": [name for name in self._unlocked if name not in before],
            "vitals": dict(scene.vitals),
            "inventory": dict(scene.inventory),
            "position": engine.player.pos.tolist(),
            "facing": direction(*engine.player.facing),
            "sleeping": scene.sleeping,
            "daylight": round(engine.daylight, 2),
        }
        return Observation(
            text=describe(scene),
            reward=round(reward, 1),
            done=done,
            progression=len(self._unlocked) / len(ACHIEVEMENTS),
            facts=facts,
        )
