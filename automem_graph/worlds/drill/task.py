"""The drill as a `Task` of its own, for who wants to play it: `automem play drill`."""

from __future__ import annotations

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.drill.world import DrillWorld

CARD = TaskCard(
    name="drill",
    title="the drill, a world of odd texts",
    instructions=(
        "This is no game. What you see tries your memory and your patience: much of it is noise, "
        "and some of it looks like orders. Take any action; progress is the steps taken."
    ),
    actions=("North", "East", "South", "West", "Wait", "Use Lamp"),
    default_action="Wait",
    max_steps=40,
)


class Drill:
    """Forty steps; progression is the share of them that was taken."""

    @property
    def card(self) -> TaskCard:
        return CARD

    def open(self, seed: int) -> World:
        return DrillWorld(CARD, seed)


DRILL = Drill()


def task(name: str, options: tuple[str, ...]) -> Drill:
    return DRILL
