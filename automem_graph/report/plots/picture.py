"""What a picture shows, before it is drawn: panels of series of points, and the table of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Literal

from automem_graph.protocols import Frozen
from automem_graph.structure.desk.plain import visible

What = Literal["progression", "growth", "behaviour"]


class Point(Frozen):
    """A mean over episodes, in the unit of its panel."""

    x: float
    """The place of its name among the panel's columns; in a panel without columns, the step."""
    mean: float
    error: float
    """The standard error: population SD / sqrt n."""
    n: int


class Series(Frozen):
    """Points that belong together."""

    name: str
    points: tuple[Point, ...]


class Panel(Frozen):
    """One pair of axes."""

    name: str = ""
    """What is measured, where there are several panels."""
    unit: str
    """What stands beside the axis of values."""
    along: str = ""
    """What stands below the other one."""
    columns: tuple[str, ...] = ()
    """Names in the place of numbers."""
    joined: bool = False
    """Whether one column leads to the next."""
    series: tuple[Series, ...]


class Picture(Frozen):
    """A figure, with the sentence that says what is in it."""

    what: What
    caption: str
    panels: tuple[Panel, ...]

    @property
    def legend(self) -> tuple[str, ...]:
        """The names of all series, in order."""
        return tuple(dict.fromkeys(one.name for panel in self.panels for one in panel.series))

    @property
    def empty(self) -> bool:
        return not any(one.points for panel in self.panels for one in panel.series)


def table(picture: Picture) -> str:
    """All points as CSV: one row a point, the units in words, the figures as they are drawn."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("measure", "unit", "series", "x", "mean", "standard_error", "episodes"))
    for panel in picture.panels:
        for series in panel.series:
            for point in series.points:
                x = panel.columns[int(point.x)] if panel.columns else f"{point.x:g}"
                cells = (panel.name or picture.what, panel.unit, series.name, x)
                figures = (_figure(point.mean), _figure(point.error), point.n)
                rows.writerow((*map(visible, cells), *figures))
    return text.getvalue()


def _figure(value: float) -> str:
    return f"{value:.10g}"


def numbered(names: Sequence[str]) -> dict[str, int]:
    """The place of each name, in the order in which they first come."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}
