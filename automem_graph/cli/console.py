"""What all commands share: where they print, and how they end when something is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

from automem_graph.cli.config import ConfigError
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.ray.cluster import NoCluster
from automem_graph.evaluation.experiment import ExperimentError
from automem_graph.evaluation.prices import BadPrices
from automem_graph.evaluation.seeds import BadSeeds
from automem_graph.models.budget import Unpriced
from automem_graph.models.resolve import UnknownModel
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.structure.proposers.opening import UnknownProposer
from automem_graph.worlds.registry import TaskUnavailable, UnknownTask

USERS_MISTAKES = (
    ConfigError,
    UnknownTask,
    TaskUnavailable,
    BadSeeds,
    BadPrices,
    Unpriced,
    UnknownModel,
    UnknownProposer,
    ScaffoldError,
    RunError,
    NoCluster,
    ExperimentError,
)

USAGE, FAILURE = 2, 1
"""Exit codes: the command was given something it cannot use; what it began has failed."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn a user's mistake into one sentence and exit code 2; Ctrl-C ends quietly with 130."""
    try:
        yield
    except USERS_MISTAKES as error:
        stop(str(error), USAGE)
    except KeyboardInterrupt:
        stop("stopped; every complete step is kept, and the same command goes on.", 130)


def stop(sentence: str, code: int) -> NoReturn:
    """Say why on standard error and exit."""
    err.print(shown(f"automem: {sentence}"), style="red", soft_wrap=True)
    raise typer.Exit(code)


def shown(text: str) -> Text:
    """Text of models, worlds and files as a terminal may show it: no markup, no control codes."""
    return Text(
        "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def print_json(text: str) -> None:
    """A JSON document for machines, on standard output."""
    sys.stdout.write(text + "\n")
