"""`automem plot`: a picture of runs for a paper, and the figures behind it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import USAGE, clear_errors, out, shown, stop
from automem_graph.episodes.layout import write_whole
from automem_graph.report.plots.draw import FORMATS, NoMatplotlib, draw
from automem_graph.report.plots.figures import draw_up
from automem_graph.report.plots.picture import table


class Shown(StrEnum):
    """What a picture shows."""

    PROGRESSION = "progression"
    GROWTH = "growth"
    BEHAVIOUR = "behaviour"


def plot(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Folders of runs: of one kind, if they are several."),
    ],
    what: Annotated[
        Shown,
        typer.Option(
            help="How far they came, how memory grew over the steps, or how memory was used."
        ),
    ] = Shown.PROGRESSION,
    out_: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The picture: .svg, .pdf or .png."),
    ] = None,
    as_csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="The figures behind it, as a table."),
    ] = None,
) -> None:
    """Draw a picture for a paper, of evaluations or of runs of automem evolve or train.

    Points are means over episodes, bars and bands their standard error. A player with a failed or
    missing episode has no mean progression, and the caption says so; it is printed, and kept in the
    picture's metadata. The same runs give the same bytes.
    """
    if out_ is None and as_csv is None:
        stop("there is nothing to write: name a picture with --out, a table with --csv.", USAGE)
    if out_ is not None and out_.suffix not in FORMATS:
        stop(f"{out_} is no picture that can be drawn: take one of {', '.join(FORMATS)}.", USAGE)
    with clear_errors():
        picture = draw_up(what.value, runs)
    try:
        if as_csv is not None:
            write_whole(as_csv, table(picture))
        if out_ is not None:
            draw(picture, out_)
    except NoMatplotlib as error:
        stop(f"{error}.", USAGE)
    except OSError as error:
        stop(f"{error.filename or out_} cannot be written: {error.strerror}.", USAGE)
    out.print(shown(picture.caption), soft_wrap=True)
    for path in filter(None, (out_, as_csv)):
        out.print(shown(str(path)), soft_wrap=True)
