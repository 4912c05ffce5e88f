"""Where the marks of a chart lie, in the units of its SVG; the templates draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from automem_graph.evaluation.scores import Score
from automem_graph.evaluation.suite import short_name
from automem_graph.protocols import Frozen
from automem_graph.report.figures import earned, points
from automem_graph.structure.lineage import Pair
from automem_graph.structure.result import Evolution

WIDTH, HEIGHT = 480, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 28
"""The margins, where labels stand."""
TICKS = 5
MOST_LABELS = 12
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


class Tick(Frozen):
    """A line of the grid, or a name below the chart."""

    at: float
    label: str


class Mark(Frozen):
    """A value at `x`: a point at `y`, a line from `low` to `high` through it."""

    x: float
    y: float
    low: float
    high: float
    kind: str
    """Of the chart's own: the class that it is drawn with."""
    label: str
    """What a reader sees who points at it."""


class Chart(Frozen):
    """A chart of progression."""

    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    rows: tuple[Tick, ...]
    """In per cent."""
    columns: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    size: float = 4.0
    """The radius of a point."""


class _Scale:
    """Progression to the chart's y: over what is there, and within [0, 1]."""

    def __init__(self, values: Sequence[float]) -> None:
        low, high = max(0.0, min(values)), min(1.0, max(values))
        step = next((one for one in _STEPS if (high - low) / one <= TICKS - 1), _STEPS[-1])
        self.low = math.floor(low / step + 1e-9) * step
        self.high = max(math.ceil(high / step - 1e-9) * step, self.low + step)
        count = round((self.high - self.low) / step)
        self.ticks = tuple(
            Tick(at=self(value), label=f"{100 * value:g}")
            for value in (round(self.low + place * step, 4) for place in range(count + 1))
        )

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - BOTTOM - TOP), 1)


def versions_chart(found: Evolution) -> Chart | None:
    """Each version's mean on the gate's worlds ± SE, and held out those of the first and the last.

    None where no version has a whole score.
    """
    held = found.held_out
    last = len(found.versions) - 1
    series = [(place, "gate", one.gate) for place, one in enumerate(found.versions)]
    if held is not None:
        series += [(0, "held", held.first), *([(last, "held", held.last)] if last else [])]
    scored = [
        (place, kind, score) for place, kind, score in series if score.progression is not None
    ]
    if not scored:
        return None
    scale = _Scale([end for *_, score in scored for end in _ends(score)])
    width = (WIDTH - LEFT - RIGHT) / len(found.versions)
    middles = [round(LEFT + (place + 0.5) * width, 1) for place in range(len(found.versions))]
    marks = []
    for place, kind, score in scored:
        low, mean, high = map(scale, _ends(score))
        name = found.versions[place].name
        what = "gate" if kind == "gate" else "held out"
        x = middles[place] + (8 if kind == "held" else 0)
        said = f"{name}, {what}: {earned(score)} %, n {score.episodes}"
        marks.append(Mark(x=x, y=mean, low=low, high=high, kind=kind, label=said))
    every = math.ceil(len(middles) / MOST_LABELS)
    names = (Tick(at=x, label=one.name) for x, one in zip(middles, found.versions, strict=True))
    return Chart(rows=scale.ticks, columns=tuple(names)[::every], marks=tuple(marks))


def pairs_chart(pairs: Sequence[Pair]) -> Chart | None:
    """Each world's score before and after, from the greatest loss to the greatest gain.

    A mark's point is what was earned after; its line begins at `low`, what was earned before.
    """
    if not pairs:
        return None
    ordered = sorted(pairs, key=lambda pair: (pair.gap, pair.before, pair.task, pair.seed))
    scale = _Scale([one for pair in pairs for one in (pair.before, pair.after)])
    width = (WIDTH - LEFT - RIGHT) / len(ordered)
    marks = tuple(
        Mark(
            x=round(LEFT + (place + 0.5) * width, 1),
            y=scale(pair.after), low=scale(pair.before), high=scale(pair.after),
            kind="same" if not pair.gap else "gain" if pair.gap > 0 else "loss",
            label=_said(pair),
        )
        for place, pair in enumerate(ordered)
    )  # fmt: skip
    return Chart(rows=scale.ticks, columns=(), marks=marks, size=round(min(4.0, width / 3), 1))


def _ends(score: Score) -> tuple[float, float, float]:
    assert score.progression is not None
    mean, error = score.progression.mean, score.progression.error
    return mean - error, mean, mean + error


def _said(pair: Pair) -> str:
    return (
        f"{short_name(pair.task)}, seed {pair.seed}: {100 * pair.before:.2f} to "
        f"{100 * pair.after:.2f} ({points(pair.gap)})"
    )
