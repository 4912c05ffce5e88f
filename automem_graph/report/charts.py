"""Where the marks of a chart lie, in the units of its SVG; the templates draw them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from automem_graph.protocols import Frozen

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 44
"""The margins, where labels stand."""
TICKS = 5
MOST_LABELS = 12
LOOKS = 6
"""Series that look different; a seventh looks like the first."""
CHAR = 7.0
"""The width of a letter below a chart, about."""


class Tick(Frozen):
    """A line of the grid, or a name below the chart."""

    at: float
    label: str


class Mark(Frozen):
    """A point at (`x`, `y`) with a line from `low` to `high` through it."""

    x: float
    y: float
    low: float
    high: float
    look: int
    """Which series it is of."""
    label: str
    """What a reader sees who points at it."""
    href: str = ""


class Stroke(Frozen):
    """A line through points, or the outline of a band."""

    points: str
    """As SVG has them: `x,y x,y`."""
    kind: str
    """The class that it is drawn with."""
    label: str = ""


class Chart(Frozen):
    """Points, lines and bands in a frame."""

    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    unit: str
    along: str = ""
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    marks: tuple[Mark, ...] = ()
    lines: tuple[Stroke, ...] = ()
    bands: tuple[Stroke, ...] = ()
    size: float = 4.0
    """The radius of a point."""
    names: tuple[str, ...] = ()
    """Of the series, by their looks; none where one name says nothing."""


class Value(Frozen):
    """A mean in a column, with the ends of its interval, in the chart's unit."""

    column: int
    series: int
    mean: float
    low: float
    high: float
    label: str
    href: str = ""


class Point(Frozen):
    """A value along an axis of numbers, with its standard error."""

    at: float
    mean: float
    error: float = 0.0


class Path(Frozen):
    """One world's way through the columns; None where it was not played."""

    values: tuple[float | None, ...]
    labels: tuple[str, ...]
    hrefs: tuple[str, ...]


class Scale:
    """Values to places from `start` to `end`, over round numbers around what is there."""

    def __init__(self, values: Sequence[float], start: float, end: float, most: int = TICKS):
        low, high = min(values), max(values)
        self._start, self._end = start, end
        least = 1e-9 * max(abs(low), abs(high))
        step = _round_step(max((high - low) / (most - 1), least) or 1.0)
        self.low = math.floor(low / step + 1e-9) * step
        self.high = max(math.ceil(high / step - 1e-9) * step, self.low + step)
        count = round((self.high - self.low) / step)
        values = [round(self.low + place * step, 10) for place in range(count + 1)]
        self.ticks = tuple(Tick(at=self(value), label=_number(value)) for value in values)

    def __call__(self, value: float) -> float:
        share = min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))
        return round(self._start + share * (self._end - self._start), 1)


def dots(
    columns: Sequence[str], values: Sequence[Value], unit: str, names: Sequence[str]
) -> Chart | None:
    """Means with their intervals, side by side in named columns; None where there is none."""
    if not values:
        return None
    scale = _upright([end for one in values for end in (one.low, one.mean, one.high)])
    middles, width = _middles(len(columns))
    series = sorted({one.series for one in values})
    apart = min(12.0, width / (len(series) + 1))
    marks = []
    for one in values:
        aside = (series.index(one.series) - (len(series) - 1) / 2) * apart
        mark = Mark(
            x=round(middles[one.column] + aside, 1), y=scale(one.mean), low=scale(one.low),
            high=scale(one.high), look=one.series % LOOKS, label=one.label, href=one.href,
        )  # fmt: skip
        marks.append(mark)
    return Chart(
        unit=unit, rows=scale.ticks, columns=_named(columns, middles, width), marks=tuple(marks),
        names=tuple(names),
    )  # fmt: skip


def slopes(columns: Sequence[str], paths: Sequence[Path], unit: str) -> Chart | None:
    """Each world's way from column to column; None where no world has two values."""
    walked = [path for path in paths if sum(value is not None for value in path.values) > 1]
    if not walked:
        return None
    scale = _upright([value for path in walked for value in path.values if value is not None])
    middles, width = _middles(len(columns))
    lines, marks = [], []
    for path in walked:
        known = [
            (middles[place], scale(value), value, place)
            for place, value in enumerate(path.values)
            if value is not None
        ]
        gap = known[-1][2] - known[0][2]
        kind = "same" if abs(gap) < 1e-9 else "gain" if gap > 0 else "loss"
        points = _points([(x, y) for x, y, *_ in known])
        lines.append(Stroke(points=points, kind=kind, label=path.labels[known[-1][3]]))
        marks += [
            Mark(x=x, y=y, low=y, high=y, look=0, label=path.labels[place], href=path.hrefs[place])
            for x, y, _, place in known
        ]
    return Chart(
        unit=unit, rows=scale.ticks, columns=_named(columns, middles, width), marks=tuple(marks),
        lines=tuple(lines), size=3.0,
    )  # fmt: skip


def curves(series: Mapping[str, Sequence[Point]], unit: str, along: str) -> Chart | None:
    """Lines over an axis of numbers, with a band of one standard error; None without a point."""
    drawn = {name: points for name, points in series.items() if points}
    if not drawn:
        return None
    ends = [end for points in drawn.values() for one in points for end in _ends(one)]
    scale = _upright([0.0, *ends])
    across = Scale(
        [0.0, *(one.at for points in drawn.values() for one in points)], LEFT, WIDTH - RIGHT
    )
    lines, bands = [], []
    for place, (name, points) in enumerate(drawn.items()):
        look = f"s{place % LOOKS}"
        walked = _points([(across(one.at), scale(one.mean)) for one in points])
        lines.append(Stroke(points=walked, kind=look, label=name))
        lower = [(across(one.at), scale(one.mean - one.error)) for one in points]
        upper = [(across(one.at), scale(one.mean + one.error)) for one in reversed(points)]
        if any(one.error for one in points):
            bands.append(Stroke(points=_points([*lower, *upper]), kind=look))
    return Chart(
        unit=unit, along=along, rows=scale.ticks, columns=across.ticks, lines=tuple(lines),
        bands=tuple(bands), names=tuple(drawn),
    )  # fmt: skip


def _upright(values: Sequence[float]) -> Scale:
    return Scale(values, HEIGHT - BOTTOM, TOP)


def _middles(count: int) -> tuple[list[float], float]:
    """The middle of each column, and how wide one is."""
    width = (WIDTH - LEFT - RIGHT) / count
    return [round(LEFT + (place + 0.5) * width, 1) for place in range(count)], width


def _named(columns: Sequence[str], middles: Sequence[float], width: float) -> tuple[Tick, ...]:
    """As many names as there is room for, long ones cut."""
    every = math.ceil(len(columns) / MOST_LABELS)
    room = max(3, int(width * every / CHAR) - 1)
    ticks = (Tick(at=x, label=_cut(name, room)) for x, name in zip(middles, columns, strict=True))
    return tuple(ticks)[::every]


def _cut(name: str, room: int) -> str:
    """Both ends of a long name: they tell names apart."""
    if len(name) <= room:
        return name
    back = (room - 1) // 2
    return f"{name[: room - 1 - back]}…{name[len(name) - back :] if back else ''}"


def _ends(one: Point) -> tuple[float, float]:
    return one.mean - one.error, one.mean + one.error


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)


def _round_step(step: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, not below `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= step * (1 - 1e-9))


def _number(value: float) -> str:
    said: Callable[[float], str] = "{:,.0f}".format if abs(value) >= 1000 else "{:g}".format
    return said(value)
