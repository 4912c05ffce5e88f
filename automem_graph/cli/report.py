"""`automem report`: runs of any kind as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import USAGE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.options import PricesOption
from automem_graph.evaluation.prices import read_prices
from automem_graph.report.report import read_report, write_report

NAME = "report.html"


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Folders that automem play, evaluate, evolve, train or pipeline has written, or "
            "one of an episode.",
        ),
    ],
    out_: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The page. [default: RUN/report.html; of several runs report.html here]",
        ),
    ] = None,
    prices: PricesOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON, and write no page.")
    ] = False,
) -> None:
    """Show what runs were asked and what was found, on one page for any browser.

    The page is one file that needs no network. A run that has not ended, or that is damaged in
    places, is shown as far as it goes. Points lead to their episodes: to the replay, where
    replay/EPISODE.html lies beside the page, else to the command that shows it.
    """  # fmt: skip
    page = out_ or (runs[0] / NAME if len(runs) == 1 else Path(NAME))
    with clear_errors():
        found = read_report(runs, page.parent, read_prices(prices))
    if as_json:
        print_json(found.data.model_dump_json(indent=2))
        return
    try:
        write_report(found, page)
    except OSError as error:
        stop(f"{page} cannot be written: {error.strerror}.", USAGE)
    for run in found.runs:
        out.print(shown(f"{run.name}: {run.found}"), soft_wrap=True)
    out.print(shown(str(page)), soft_wrap=True)
