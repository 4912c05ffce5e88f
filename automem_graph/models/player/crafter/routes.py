"""Ways over the chart: to the nearest cell of a kind, or to where the unseen begins.

Steps cost what they take: one action over open ground, more where something has to be cleared or
bridged, and where nothing is known.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from automem_graph.models.player.crafter.bearings import STEP, Bearings
from automem_graph.models.player.crafter.chart import (
    MARKS,
    OPEN,
    RISKY,
    SEEN,
    UNSEEN,
    WIDE,
    Cell,
    Chart,
)
from automem_graph.models.player.crafter.knowledge import can_clear
from automem_graph.models.player.crafter.reading import DIRECTIONS, Direction, Sight

_TURN = 0.01  # of goals equally far off, the one straight ahead
_WRONG = 12.0  # steps that the right ground for what is looked for is worth


@dataclass(frozen=True, slots=True)
class Goal:
    """Where to go: a cell with one of these marks, or one of these cells.

    Of the unseen cells those are better that are `near` to some of these marks, and not to those
    of `far`.
    """

    marks: str = ""
    cells: Collection[Cell] = ()
    near: str = ""
    far: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a cell: its first step, its last cell, and about how many actions it takes."""

    way: Direction
    end: Cell
    cost: float


def step_costs(sight: Sight) -> Mapping[str, float]:
    """What it takes to step on a cell with a mark; a mark that is not listed cannot be passed."""
    found = {OPEN: 1.0, SEEN: 1.7, RISKY: 4.0}
    for kind in ("tree", "stone", "coal", "iron", "diamond"):
        if can_clear(sight, kind):
            found[MARKS[kind]] = 2.2
    if sight.has("stone", 2) and can_clear(sight, "stone"):
        found[MARKS["water"]] = 7.0
    return found


def route(
    chart: Chart,
    here: Bearings,
    passable: Mapping[str, float],
    goal: Goal,
    avoid: Collection[Cell] = (),
) -> Route | None:
    """The cheapest way to a goal, by Dijkstra's algorithm; not over `avoid`.

    A goal need not be passable itself.
    """
    cells = chart.cells
    start = chart.index(here.cell)
    targets = {chart.index(cell) for cell in goal.cells}
    closed = {chart.index(cell) for cell in avoid}
    best = {start: 0.0}
    queue: list[tuple[float, int, bool, Direction]] = []
    seeking = UNSEEN in goal.marks

    def reach(at: int, cost: float, first: Direction) -> None:
        if at in closed:
            return
        mark = cells[at]
        if mark in goal.marks or at in targets:
            extra = _extra(cells, at, goal) if seeking else 0.0
            heapq.heappush(queue, (cost + 1 + extra, at, True, first))
        step = passable.get(mark)
        if step is not None and cost + step < best.get(at, 1e9):
            best[at] = cost + step
            heapq.heappush(queue, (cost + step, at, False, first))

    for way in DIRECTIONS:
        reach(start + _STEPS[way], 0.0 if way == here.heading else _TURN, way)
    while queue:
        cost, at, found, first = heapq.heappop(queue)
        if found:
            return Route(first, chart.cell(at), cost)
        if cost > best[at]:
            continue
        for step in _STEPS.values():
            reach(at + step, cost, first)
    return None


_STEPS = {way: dx + dy * WIDE for way, (dx, dy) in STEP.items()}


def _extra(cells: list[str], at: int, goal: Goal) -> float:
    """What makes an unseen cell worse than another as far off: the wrong ground around it."""
    around = {cells[near] for step in _AROUND if 0 <= (near := at + step) < len(cells)}
    wrong = bool(goal.near) and around.isdisjoint(goal.near)
    return _WRONG * (wrong + (not around.isdisjoint(goal.far)))


_AROUND = tuple(dx + dy * WIDE for dx in (-2, 0, 2) for dy in (-2, 0, 2))
