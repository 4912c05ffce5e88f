"""Errands as a `Task`: notes, changes and questions of one person, and no game."""

from __future__ import annotations

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.errands.card import CARD
from automem_graph.worlds.errands.world import ErrandsWorld


class Errands:
    """Progression is the share of all questions that were answered rightly."""

    @property
    def card(self) -> TaskCard:
        return CARD

    def open(self, seed: int) -> World:
        return ErrandsWorld(seed)


ERRANDS = Errands()


def task(name: str, options: tuple[str, ...]) -> Errands:
    return ERRANDS
