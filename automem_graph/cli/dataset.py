"""`automem dataset`: what a recipe would train on, from the episodes of any run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import FAILURE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.scores import numbers
from automem_graph.episodes.layout import RunFolder, write_whole
from automem_graph.proficiency.card import Card
from automem_graph.proficiency.examples import build_data
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.reading import NoData
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST, read_recipe


def dataset(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run's folder, with episodes in it.")
    ],
    recipe: Annotated[
        Path | None,
        typer.Option(
            help="A recipe as JSON, or a selector: a Python file with select(turns).",
            show_default="turns that look into memory before they write",
        ),
    ] = None,
    out_: Annotated[
        Path | None, typer.Option("--out", help="Where to write it.", show_default="RUN/dataset")
    ] = None,
    base: Annotated[str, typer.Option(help="Count tokens as this model does: local:FOLDER.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the data card as JSON and nothing else.")
    ] = False,
) -> None:
    """Build the examples that a recipe makes of a run's episodes, and say what they are.

    Nothing is trained and nothing is played. Every target is what a model said in the run, word
    for word, and checked to be. The folder holds recipe.json, and in data/ examples.jsonl, the
    data card as card.json and card.html, and picks.json. docs/dataset.md says more.
    """
    with clear_errors():
        wanted = read_recipe(recipe) if recipe else CONSULTS_FIRST
        folder = TrialFolder(out_ or run / "dataset")
        problem = ""
        try:
            build_data([RunFolder(run)], wanted, folder, base=base or None)
        except NoData as error:
            if error.data is None:
                raise
            problem = str(error)
        write_whole(folder.recipe, wanted.model_dump_json(indent=2) + "\n")
    card = Card.model_validate_json(folder.card.read_bytes())
    if as_json:
        print_json(card.model_dump_json(indent=2))
    else:
        print_card(card, folder)
    if problem:
        stop(problem, FAILURE)


def print_card(card: Card, folder: TrialFolder) -> None:
    """The data card as tables."""
    data = card.data
    table = numbers("examples", "LOG", "PLAN", "episodes", "picked turns", "of")
    table.add_row(
        f"{data.examples:,}",
        f"{data.log:,}",
        f"{data.plan:,}",
        f"{data.episodes:,}",
        f"{card.picked:,}",
        f"{card.turns:,}",
    )
    out.print(table)
    if card.lengths:
        lengths = numbers("length", "least", "median", "most", "all")
        for name, one in card.lengths.items():
            row = (one.least, one.median, one.most, one.total)
            lengths.add_row(name.replace("_", " "), *(f"{value:,.0f}" for value in row))
        out.print(lengths)
    for why, count in data.rejected.items():
        out.print(shown(f"left out  {count:,}: {why}"), soft_wrap=True)
    sources = (", ".join(card.tasks), f"seeds {card.seeds}", *card.scaffolds, *card.models)
    out.print(shown(f"from      {'; '.join(sources)}"), soft_wrap=True)
    out.print(shown(f"examples  {folder.examples}"), soft_wrap=True)
    out.print(shown(f"card      {folder.card.with_suffix('.html')}"), soft_wrap=True)
