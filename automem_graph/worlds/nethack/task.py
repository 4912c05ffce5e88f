"""NetHack as a `Task`: the card at once, the game only when a world is opened."""

from __future__ import annotations

from dataclasses import dataclass

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.nethack.card import card
from automem_graph.worlds.nethack.reading import AUTOPICKUP, STEPS
from automem_graph.worlds.registry import TaskUnavailable, missing_packages


@dataclass(frozen=True)
class NetHack:
    """The paper's NetHack task (NetHackChallenge, 100,000 steps, BALROG's progression)."""

    options: tuple[str, ...] = ()

    @property
    def card(self) -> TaskCard:
        return card(self.options)

    @property
    def missing(self) -> str | None:
        return missing_packages("nle")

    def open(self, seed: int) -> World:
        if self.missing:
            raise TaskUnavailable(self.missing)
        from automem_graph.worlds.nethack.world import NetHackWorld

        return NetHackWorld(
            seed, autopickup=AUTOPICKUP in self.options, steps=STEPS in self.options
        )


def task(name: str, options: tuple[str, ...]) -> NetHack:
    return NetHack(options)
