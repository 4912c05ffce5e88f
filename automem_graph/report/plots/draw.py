"""Pictures as matplotlib draws them: the same bytes from the same figures, wherever that is.

Series differ in mark and line as well as in colour, and the colours (Okabe and Ito's) in lightness,
so that a picture can be read by the colour-blind and in print without colour. Letters are paths.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automem_graph.report.plots.picture import Panel, Picture, Series
from automem_graph.structure.desk.plain import visible

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")

LOOKS = tuple(
    {"color": colour, "marker": mark, "linestyle": line}
    for mark, line, colour in (
        ("o", "-", "#0072B2"),
        ("s", "--", "#D55E00"),
        ("^", ":", "#000000"),
        ("D", "-.", "#009E73"),
        ("v", (0, (5, 1)), "#CC79A7"),
        ("P", (0, (1, 1)), "#E69F00"),
        ("X", (0, (3, 1, 1, 1)), "#56B4E9"),
        ("*", (0, (6, 2, 2, 2)), "#666666"),
    )
)

STYLE = {
    "svg.fonttype": "path",
    "svg.hashsalt": "automem",
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.ymargin": 0.12,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.5,
    "errorbar.capsize": 2.5,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "figure.dpi": 100,
    "savefig.dpi": 300,
}
WIDTH, HEIGHT, SMALL = 5.5, 3.2, 1.9
"""In inches: of one panel, and the height of each row of several."""
APART = 0.14
"""Between two series in a column, in columns."""


class NoMatplotlib(Exception):
    """Pictures need a library that is not installed; the message says how to get it."""


def draw(picture: Picture, path: Path) -> None:
    """Write the picture to a file of one of `FORMATS`; its caption is in the file's metadata.

    Raises NoMatplotlib, and OSError where the file cannot be written.
    """
    with _styled():
        figure = _figure(picture)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format=path.suffix[1:], metadata=_said(picture, path.suffix))


@contextmanager
def _styled() -> Iterator[None]:
    """In our own style, whatever somebody's matplotlibrc says."""
    try:
        from matplotlib import style
    except ModuleNotFoundError as error:
        raise NoMatplotlib(
            'pictures are drawn by matplotlib, which is not installed: pip install "automem-graph'
            '[plot]", or take the figures alone with --csv'
        ) from error
    with warnings.catch_warnings(), style.context(["default", STYLE]):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a box is drawn
        yield


def _said(picture: Picture, suffix: str) -> dict[str, Any]:
    """Metadata of the format, without a date and without versions."""
    caption = visible(picture.caption)
    if suffix == ".svg":
        return {"Title": picture.what, "Description": caption, "Date": None, "Creator": None}
    if suffix == ".pdf":
        undated = {"CreationDate": None, "Creator": None, "Producer": None}
        return {"Title": picture.what, "Subject": caption, **undated}
    return {"Title": picture.what, "Description": caption, "Software": None}


def _figure(picture: Picture) -> Figure:
    from matplotlib.figure import Figure

    across = min(3, len(picture.panels))
    down = math.ceil(len(picture.panels) / across)
    height = HEIGHT if down == 1 else SMALL * down
    figure = Figure(figsize=(WIDTH if across == 1 else WIDTH * 1.3, height), layout="constrained")
    looks = {name: LOOKS[at % len(LOOKS)] for at, name in enumerate(picture.legend)}
    for place, panel in enumerate(picture.panels, 1):
        _panel(figure.add_subplot(down, across, place), panel, looks)
    if len(looks) > 1:
        _legend(figure, inside=len(picture.panels) == 1 and len(looks) <= 6)
    return figure


def _legend(figure: Figure, *, inside: bool) -> None:
    drawn: dict[str, Artist] = {}
    for axes in figure.axes:
        handles, names = axes.get_legend_handles_labels()
        drawn |= dict(zip(names, handles, strict=True))
    if inside:
        figure.axes[0].legend(drawn.values(), drawn.keys())
    else:
        figure.legend(drawn.values(), drawn.keys(), loc="outside lower center", ncols=3)


def _panel(axes: Axes, panel: Panel, looks: dict[str, dict[str, Any]]) -> None:
    axes.set_ylabel(visible(panel.unit))
    axes.set_xlabel(visible(panel.along))
    axes.set_title(visible(panel.name), fontsize=8)
    if panel.columns:
        _columns(axes, panel, looks)
    else:
        for series in panel.series:
            _curve(axes, series, looks[series.name])
        axes.set_xlim(left=0)
    means = [point.mean for series in panel.series for point in series.points]
    if not any(means):
        axes.set_ylim(0, 1)
    elif min(means) >= 0:
        axes.set_ylim(bottom=0)


def _columns(axes: Axes, panel: Panel, looks: dict[str, dict[str, Any]]) -> None:
    names = [visible(name) for name in panel.columns]
    axes.set_xticks(range(len(names)), names)
    if sum(map(len, names)) > 40:
        for label in axes.get_xticklabels():
            label.set(rotation=30, ha="right", rotation_mode="anchor")
    axes.set_xlim(-0.5, len(names) - 0.5)
    for place, series in enumerate(panel.series):
        if not series.points:
            continue
        aside = (place - (len(panel.series) - 1) / 2) * min(APART, 0.8 / len(panel.series))
        look = looks[series.name] if panel.joined else {**looks[series.name], "linestyle": "none"}
        axes.errorbar(
            [point.x + aside for point in series.points],
            [point.mean for point in series.points],
            yerr=[point.error for point in series.points],
            label=visible(series.name), clip_on=False, **look,
        )  # fmt: skip


def _curve(axes: Axes, series: Series, look: dict[str, Any]) -> None:
    steps = [point.x for point in series.points]
    low = [point.mean - point.error for point in series.points]
    high = [point.mean + point.error for point in series.points]
    axes.fill_between(steps, low, high, color=look["color"], alpha=0.15, linewidth=0)
    axes.plot(
        steps, [point.mean for point in series.points], label=visible(series.name),
        markevery=max(1, len(steps) // 8), clip_on=False, **look,
    )  # fmt: skip
