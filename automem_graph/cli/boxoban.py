"""`automem boxoban`: where Boxoban's levels are looked for, what is there, and how to get them."""

from __future__ import annotations

import typer

from automem_graph.cli.config import Config
from automem_graph.cli.console import out, shown
from automem_graph.worlds.minihack.boxoban import (
    REPOSITORY,
    SETS,
    VARIABLE,
    level_files,
    levels_folder,
    read_levels,
)


def boxoban(ctx: typer.Context) -> None:
    """Say which Boxoban levels are here, and how to get them. Downloads nothing."""
    folder = levels_folder()
    config: Config = ctx.obj
    why = config.source("boxoban") or f"{VARIABLE} names another one"
    out.print(shown(f"Boxoban levels are looked for in {folder} ({why}).\n"), soft_wrap=True)
    found = {task: _found(task) for task in SETS}
    for task, state in found.items():
        out.print(shown(f"  {task:<26} {SETS[task] + '/':<15} {state or 'none'}"), soft_wrap=True)
    if None in found.values():
        out.print(
            shown(
                f"\nThe levels are the public GitHub repository {REPOSITORY}, which automem does "
                "not download. Get a copy (clone it, or unpack its archive) and put it there, so "
                f"that {folder / 'hard'} and {folder / 'medium'} exist; or let {VARIABLE} name "
                "the folder where it is."
            ),
            soft_wrap=True,
        )


def _found(task: str) -> str | None:
    """How many files and levels a task has; what is wrong with them; None where there are none."""
    files = level_files(task)
    if not files:
        return None
    try:
        levels = sum(len(read_levels(file)) for file in files)
    except (OSError, ValueError) as error:
        return f"unusable: {error}"
    return f"files: {len(files):,}, levels: {levels:,}"
