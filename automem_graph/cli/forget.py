"""`automem forget`: delete from a memory what came from a conversation or a message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import USAGE, out, shown, stop
from automem_graph.cli.sources import is_memory
from automem_graph.memory.open import open_memory
from automem_graph.memory.rows import JournalError


def forget(
    folder: Annotated[Path, typer.Argument(help="A memory directory.")],
    thread: Annotated[
        str | None, typer.Option(help="The conversation whose lines go.", show_default=False)
    ] = None,
    message: Annotated[
        str | None,
        typer.Option(help="The message after which they were written.", show_default=False),
    ] = None,
) -> None:
    """Forget lines by where they come from, in the files and in their log; see docs/memory.md."""
    if not is_memory(folder):
        stop(f"{folder} is no memory that conversations share: it has no log of them", USAGE)
    try:
        gone = open_memory(folder).forget(thread=thread, message=message)
    except JournalError as error:
        stop(str(error), USAGE)
    except ValueError:
        stop("say whose lines to forget: --thread, --message, or both", USAGE)
    if not gone:
        out.print("no file has a line from there; if the log had any, they are gone")
    for name, lines in gone.items():
        out.print(shown(f"{name}: {lines} {'line' if lines == 1 else 'lines'} forgotten"))
