"""Gates as a `Task`: `automem play gates --scaffold terse --gameplay offline:teacher`."""

from __future__ import annotations

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.gates.world import ROOMS, STAY, GatesWorld

CARD = TaskCard(
    name="gates",
    title="gates",
    instructions=(
        "Rooms are called after animals and keep one thing each. "
        f"Go to a room of the gates, or {STAY}. Reach what is wanted."
    ),
    actions=(*ROOMS, STAY),
    default_action=STAY,
    max_steps=24,
)


class Gates:
    """Twenty-four steps; progression is the share of twelve wanted things that was reached."""

    @property
    def card(self) -> TaskCard:
        return CARD

    def open(self, seed: int) -> World:
        return GatesWorld(seed)


GATES = Gates()


def task(name: str, options: tuple[str, ...]) -> Gates:
    return GATES
