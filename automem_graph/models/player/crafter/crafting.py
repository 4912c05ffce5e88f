"""The urge to make the next tool: where its table and furnace are, or where they can be built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from automem_graph.models.player.crafter.bearings import Bearings
from automem_graph.models.player.crafter.chart import Cell, Chart
from automem_graph.models.player.crafter.knowledge import PLACING, TOOLS, Tool, affords
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import Recall
from automem_graph.models.player.crafter.wants import Want

_NEAR = 10  # steps to a table or furnace that saves building another
_WORTH_THE_WAY = 3  # wood to carry back to a table that is further off: for more than one tool


def make_tools(sight: Sight, recall: Recall, step: int) -> Want | None:
    """The next tool that the inventory pays for; its table and furnace first, where missing."""
    for tool in TOOLS:
        if not sight.has(tool.name) and affords(sight, tool.uses):
            if recall.chart is not None and recall.here is not None:
                return _by_map(sight, recall.here, recall.chart, tool)
            return _by_sight(sight, tool)
    return None


def _by_sight(sight: Sight, tool: Tool) -> Want | None:
    """Make it at the stations in view; build those that are not."""
    missing = [station for station in tool.beside if sight.nearest(station) is None]
    if not affords(sight, _with_stations(tool, missing)):
        return None
    for station in tool.beside:
        thing = sight.nearest(station)
        if thing is not None and not thing.at_hand:
            return Want("near", station)
    return Want("place", missing[0]) if missing else Want("act", f"Make {tool.name.title()}")


def _by_map(sight: Sight, here: Bearings, chart: Chart, tool: Tool) -> Want | None:
    """Make it where all stations stand together: go back there, or build what is missing here."""
    places = chart.beside(tool.beside)
    if here.cell in places:
        return Want("act", f"Make {tool.name.title()}")
    present = [station for station in tool.beside if here.cell in chart.beside([station])]
    missing = [station for station in tool.beside if station not in present]
    if affords(sight, _with_stations(tool, missing)) and not _near(here, places):
        return Want("place", missing[0], chart.beside(present))
    if "furnace" in missing and affords(sight, _with_stations(tool, ["furnace"])):
        places |= chart.beside(["table"])
    worth = sight.has("wood", _WORTH_THE_WAY) or not chart.knows("tree")
    return Want("go", cells=places) if places and (worth or _near(here, places)) else None


def _near(here: Bearings, places: frozenset[Cell]) -> bool:
    """Whether one of the places is close enough to save building another."""
    return any(here.steps_to(place) <= _NEAR for place in places)


def _with_stations(tool: Tool, stations: Iterable[str]) -> Mapping[str, int]:
    """What the tool and building these stations use up together."""
    costs = Counter(tool.uses)
    for station in stations:
        costs.update(PLACING[station])
    return costs
