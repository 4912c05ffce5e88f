"""From a want to one action: which way to step, what to clear, how to turn, how not to get stuck.

A player turns only by moving: a step towards something solid faces it. Which cells are free is
not told; what is known to be in the way is what stands one step off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automem_graph.models.player.chance import draw
from automem_graph.models.player.conversation import Moment
from automem_graph.models.player.crafter.knowledge import can_clear, landmarks
from automem_graph.models.player.crafter.reading import DIRECTIONS, Direction, Sight, Thing
from automem_graph.models.player.crafter.recall import Recall

_OPPOSITE: dict[Direction, Direction] = {
    "north": "south",
    "south": "north",
    "west": "east",
    "east": "west",
}
_LEG = 24  # steps before exploration picks a new heading
_DETOUR = 8  # steps for which a noted obstacle still bends the way


def move(way: Direction) -> str:
    """The world action that steps in a direction."""
    return f"Move {way.capitalize()}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands one step off, as far as the text and the last action tell.

    `heading` is the last action's, where it was a move; `back` is where that came from, if it led
    anywhere.
    """

    beside: dict[Direction, str]
    deadly: frozenset[Direction]
    heading: Direction | None
    back: frozenset[Direction]

    def open(self, way: Direction) -> bool:
        """Whether nothing is known to be there."""
        return way not in self.beside and way not in self.deadly


def surroundings(moment: Moment[Sight], sight: Sight) -> Surroundings:
    """The four neighbours of the player."""
    beside = {thing.where[0]: thing.kind for thing in sight.things if thing.beside}
    last = moment.last_action.removeprefix("Move ").lower()
    heading = next((way for way in DIRECTIONS if way == last), None)
    if heading and sight.facing:
        beside[heading] = sight.facing
    lava = sight.nearest("lava")
    deadly = frozenset(lava.where if lava and lava.steps <= 2 else ())
    if lava and lava.beside and heading:  # more of it may be beside: only one is told
        seen = set() if sight.facing == "lava" else {heading}
        deadly = frozenset(DIRECTIONS) - {_OPPOSITE[heading], *seen}
    moved = moment.before is None or landmarks(moment.before) != landmarks(sight)
    back = frozenset({_OPPOSITE[heading]} if heading and moved else ())
    return Surroundings(beside, deadly, heading, back)


def approach(moment: Moment[Sight], sight: Sight, recall: Recall, thing: Thing) -> str:
    """One step towards a thing; where something is in the way, through it or around it.

    Something soft that was just bumped into is cleared. Going around is a step to one side, then
    another try: not straight back, neither to where the last step came from nor to where the
    latest noted obstacle would be met again.
    """
    if thing.beside:
        return move(thing.where[0])
    around = surroundings(moment, sight)
    latest = recall.blocked_since(moment.step - _DETOUR)[-1:]
    avoid = {_OPPOSITE[_side(way, moment)] for way in latest} | around.back
    avoid.update(recall.blocked_since(moment.step - 1))
    ways: list[Direction] = sorted(thing.where, key=lambda way: way != around.heading)
    if around.heading in ways and can_clear(sight, sight.facing or ""):
        return "Do"
    for way in ways:
        if around.open(way) and way not in avoid:
            return move(way)
    for way in ways:
        if can_clear(sight, around.beside.get(way, "")):
            return face(sight, around, way)
    sides = [*(_side(way, moment) for way in ways), *_shuffled(moment, "detour")]
    return _step(around, sorted(sides, key=lambda way: way in avoid))


def wander(
    moment: Moment[Sight], sight: Sight, recall: Recall, first: Direction | None = None
) -> str:
    """One step of exploring: a straight leg, then another; `first` is where to look first.

    Turning back is the last resort, and so is what was in the way a moment ago: either would end
    in going to and fro.
    """
    around = surroundings(moment, sight)
    blocked = recall.blocked_since(moment.step - _DETOUR)
    order = sorted(
        _shuffled(moment, "heading"),
        key=lambda way: (way in blocked or way in around.back, way != first),
    )
    for heading in order:
        if around.open(heading):
            return move(heading)
        if can_clear(sight, around.beside.get(heading, "")) and heading not in around.deadly:
            return face(sight, around, heading)
    return _step(around, order)


def face(sight: Sight, around: Surroundings, way: Direction) -> str:
    """Do something to what stands in a direction, turning to it first."""
    return "Do" if sight.facing == around.beside.get(way) else move(way)


def _side(way: Direction, moment: Moment[Sight]) -> Direction:
    """Left or right of an obstacle: the same for a while, so that a detour goes one way."""
    across: tuple[Direction, Direction] = (
        ("west", "east") if way in ("north", "south") else ("north", "south")
    )
    return across[draw(2, way, moment.step // (2 * _LEG))]


def _step(around: Surroundings, ways: Sequence[Direction]) -> str:
    return next((move(way) for way in ways if around.open(way)), "Noop")


def _shuffled(moment: Moment[Sight], purpose: str) -> list[Direction]:
    leg = moment.step // _LEG
    return sorted(DIRECTIONS, key=lambda way: draw(1 << 30, purpose, leg, way))
