"""Crafter as a `Task`: the card at once, the game only when a world is opened."""

from __future__ import annotations

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.crafter.card import CARD


class Crafter:
    """The paper's Crafter task (2,000 steps, progression = unlocked achievements / 22)."""

    @property
    def card(self) -> TaskCard:
        return CARD

    def open(self, seed: int) -> World:
        """A world of this seed; the first one of a process loads the game (about a second)."""
        from automem_graph.worlds.crafter.world import CrafterWorld

        return CrafterWorld(seed)


CRAFTER = Crafter()


def task(name: str, options: tuple[str, ...]) -> Crafter:
    return CRAFTER
