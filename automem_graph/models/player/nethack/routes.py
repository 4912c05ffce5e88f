"""Ways over a level: from where the player stands to every cell that can be walked to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from automem_graph.models.player.nethack.grid import NAMES, STRAIGHT, WAYS
from automem_graph.models.player.nethack.terrain import Terrain

_SLANTS = {step for way, step in WAYS.items() if way not in STRAIGHT}


@dataclass(frozen=True, slots=True)
class Reach:
    """The cells within reach, nearest first, and to each how far it is and the first step."""

    steps: Mapping[int, int]
    first: Mapping[int, str]
    came: Mapping[int, int]
    """From which cell one comes to a cell, on the way there."""

    def __iter__(self) -> Iterator[int]:
        """The cells, without the one where the player stands."""
        return iter(self.first)

    def way_to(self, cells: Collection[int]) -> str | None:
        """The first step to the nearest of these cells; None where none is within reach."""
        return next((self.first[cell] for cell in self if cell in cells), None)

    def leg(self, cell: int) -> int:
        """How many steps the way to a cell goes straight on at first."""
        way = self.path(cell)
        step = way[1] - way[0] if len(way) > 1 else 0
        turns = (n for n in range(1, len(way)) if way[n] - way[n - 1] != step)
        return next(turns, len(way)) - 1

    def path(self, cell: int) -> list[int]:
        """The cells of the way to a cell, from where it starts; only the cell if out of reach."""
        way = [cell]
        while way[-1] in self.came:
            way.append(self.came[way[-1]])
        return way[::-1]


def reach(
    land: Terrain,
    start: int,
    heading: str = "",
    avoid: Collection[int] = (),
    no_way: Collection[tuple[int, int]] = (),
) -> Reach:
    """All that can be walked to without stepping on `avoid` or taking a step of `no_way`.

    A step is a cell and what it adds to it. Of ways that are equally long the one counts that goes
    on with the heading, then one that begins straight.
    """
    order = sorted(WAYS.values(), key=lambda step: (NAMES[step] != heading, step in _SLANTS))
    steps = {start: 0}
    first: dict[int, str] = {}
    came: dict[int, int] = {}
    ring: Iterable[int] = (start,)
    while ring:
        outer: list[int] = []
        for at in ring:
            slanting = at not in land.doors
            for step in order:
                to = at + step
                if to in steps or land.stops(to) or to in avoid or (at, step) in no_way:
                    continue
                if step in _SLANTS and not (slanting and to not in land.doors):
                    continue
                steps[to] = steps[at] + 1
                first[to] = first.get(at) or NAMES[step]
                came[to] = at
                outer.append(to)
        ring = outer
    return Reach(steps, first, came)
