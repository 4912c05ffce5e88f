"""From a want to one action, over the chart: the map's counterpart of `navigation`."""

from __future__ import annotations

from collections.abc import Collection

from automem_graph.models.player.crafter.bearings import Bearings
from automem_graph.models.player.crafter.chart import MARKS, OPEN, UNSEEN, Cell, Chart, spots
from automem_graph.models.player.crafter.knowledge import CREATURES, can_clear
from automem_graph.models.player.crafter.navigation import move
from automem_graph.models.player.crafter.reading import DIRECTIONS, Direction, Sight
from automem_graph.models.player.crafter.recall import Recall
from automem_graph.models.player.crafter.routes import Goal, Route, route, step_costs
from automem_graph.models.player.crafter.wants import Want

_ROCK = "".join(MARKS[kind] for kind in ("stone", "coal", "iron", "diamond", "lava"))
_IN_ROCK = ("stone", "coal", "iron", "diamond", "skeleton")


def travel(sight: Sight, recall: Recall, wanted: Want) -> str | None:
    """One step of the way that serves a want; None without a map, or where no way is known."""
    here, chart = recall.here, recall.chart
    if here is None or chart is None:
        return None
    goal = _goal(sight, here, chart, recall, wanted)
    found = _way(sight, here, chart, goal, wanted.what) if goal else None
    if found is None:
        found = _way(sight, here, chart, _unseen(wanted.what))
    return _step(sight, here, found.way) if found else None


def make_room(sight: Sight, recall: Recall, cells: Collection[Cell]) -> str | None:
    """What gets the player to face open ground, within the cells if there are any.

    Clears what is in front, or steps aside, rather not back; None without a map, or no way.
    """
    here, chart = recall.here, recall.chart
    if here is None or chart is None:
        return None
    if sight.facing and can_clear(sight, sight.facing):
        return "Do"
    open_ways = [
        way
        for way in DIRECTIONS
        if chart.mark(here.ahead(way)) == OPEN and (not cells or here.ahead(way) in cells)
    ]
    return move(min(open_ways, key=here.turns_back)) if open_ways else None


def _goal(sight: Sight, here: Bearings, chart: Chart, recall: Recall, wanted: Want) -> Goal | None:
    """Where what is wanted is seen, marked or remembered."""
    if wanted.how == "go":
        return Goal(cells=wanted.cells)
    thing = sight.nearest(wanted.what)
    cells = {here.at(spot) for spot in spots(thing)} if thing else set()
    mark = MARKS.get(wanted.what, "")
    if mark:
        marks = {cell: chart.mark(cell) for cell in cells}
        told = mark in marks.values()  # the map has the one in view
        cells = set() if told else {cell for cell in cells if marks[cell] != OPEN}
    if wanted.what == "cow" and not cells:
        cells = {place.cell for place in recall.cows_about(sight)}
    return Goal(mark, cells) if cells or chart.knows(wanted.what) else None


def _unseen(kind: str) -> Goal:
    """Where to look for a kind of thing that nobody has seen."""
    return Goal(UNSEEN, near=_ROCK) if kind in _IN_ROCK else Goal(UNSEEN, far=MARKS["stone"])


def _way(sight: Sight, here: Bearings, chart: Chart, goal: Goal, target: str = "") -> Route | None:
    """The cheapest way, around creatures that stand beside and are not what is wanted."""
    avoid = {
        here.ahead(thing.where[0])
        for thing in sight.things
        if thing.kind in CREATURES and thing.beside and thing.kind != target
    }
    return route(chart, here, step_costs(sight), goal, avoid)


def _step(sight: Sight, here: Bearings, way: Direction) -> str:
    """The action that goes on in a direction: clear or bridge what is faced, else move."""
    if way == here.heading and sight.facing:
        if can_clear(sight, sight.facing):
            return "Do"
        if sight.facing == "water" and sight.has("stone"):
            return "Place Stone"
    return move(way)
