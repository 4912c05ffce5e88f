"""The commands of `automem`, put together."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from automem_graph import __version__
from automem_graph.cli.boxoban import boxoban
from automem_graph.cli.compare import compare
from automem_graph.cli.config import read_config
from automem_graph.cli.console import clear_errors
from automem_graph.cli.dataset import dataset
from automem_graph.cli.diff import diff
from automem_graph.cli.doctor import doctor
from automem_graph.cli.evaluate import evaluate
from automem_graph.cli.evolve import evolve
from automem_graph.cli.forget import forget
from automem_graph.cli.lineage import lineage
from automem_graph.cli.memory import memory
from automem_graph.cli.pipeline import pipeline
from automem_graph.cli.play import play
from automem_graph.cli.plot import plot
from automem_graph.cli.replay import replay
from automem_graph.cli.report import report
from automem_graph.cli.serve import serve
from automem_graph.cli.trace import trace
from automem_graph.cli.train import train
from automem_graph.worlds.minihack.boxoban import VARIABLE
from automem_graph.worlds.registry import offered_names


class _Commands(TyperGroup):
    """The commands, and below them the tasks that other packages have brought along."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        if names := offered_names():
            told = f"Tasks of installed packages: {', '.join(names)}."
            self.epilog = f"{EPILOG}\n\n{escape(told)}"
        super().format_help(ctx, formatter)


EPILOG = "Defaults of your own: automem.toml and AUTOMEM_*; automem doctor says what is set."

app = typer.Typer(
    name="automem",
    help="Agents whose memory is a directory of files. Start with: automem play crafter",
    epilog=EPILOG,
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(play)
app.command()(evaluate)
app.command()(compare)
app.command()(evolve)
app.command()(lineage)
app.command()(diff)
app.command()(dataset)
app.command()(train)
app.command()(pipeline)
app.command()(plot)
app.command()(report)
app.command()(trace)
app.command()(replay)
app.command()(memory)
app.command()(forget)
app.command()(doctor)
app.command()(serve)
app.command()(boxoban)


@app.callback()
def automem(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and stop.", is_eager=True)
    ] = False,
) -> None:
    if version:
        typer.echo(f"automem-graph {__version__}")
        raise typer.Exit
    with clear_errors():
        ctx.obj = config = read_config(os.environ)
    ctx.default_map = {
        name: {**config.settings} for name in ("play", "evaluate", "evolve", "train", "pipeline")
    }
    if "boxoban" in config.settings:  # worlds are processes of their own, which inherit it
        os.environ[VARIABLE] = config.settings["boxoban"]
