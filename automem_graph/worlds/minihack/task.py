"""The MiniHack tasks as `Task`s: cards at once, the game only when a world is opened."""

from __future__ import annotations

from dataclasses import dataclass

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.minihack.boxoban import missing_levels
from automem_graph.worlds.minihack.card import card
from automem_graph.worlds.nethack.reading import AUTOPICKUP, STEPS
from automem_graph.worlds.registry import TaskUnavailable, missing_packages


@dataclass(frozen=True)
class MiniHack:
    """One of the paper's eight tasks (100 steps, progression = whether it is won)."""

    name: str
    options: tuple[str, ...] = ()

    @property
    def card(self) -> TaskCard:
        return card(self.name, self.options)

    @property
    def missing(self) -> str | None:
        return missing_packages("nle", "minihack") or missing_levels(self.name)

    def open(self, seed: int) -> World:
        if self.missing:
            raise TaskUnavailable(self.missing)
        from automem_graph.worlds.minihack.world import MiniHackWorld

        return MiniHackWorld(
            self.name, seed, autopickup=AUTOPICKUP in self.options, steps=STEPS in self.options
        )


def task(name: str, options: tuple[str, ...]) -> MiniHack:
    return MiniHack(name, options)
