"""`automem memory`: the files of an episode as they were at any step, and what changed since."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule
from rich.text import Text

from automem_graph.cli.console import USAGE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.sources import is_memory, show_sources
from automem_graph.episodes.layout import find_episode
from automem_graph.episodes.trace import read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.open import open_memory
from automem_graph.memory.rows import files_at

Files = dict[str, str]


def memory(
    episode: Annotated[
        Path,
        typer.Argument(help="An episode's folder, a run with just one, or a memory directory."),
    ],
    at: Annotated[
        int | None,
        typer.Option(min=0, help="The files when this step began.", show_default="the end"),
    ] = None,
    diff: Annotated[
        tuple[int, int] | None, typer.Option(metavar="A B", help="What changed between two steps.")
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Of a memory directory: where each line comes from.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the files as JSON: name to text.")
    ] = False,
) -> None:
    """Show what an agent knew: its memory files at the end, or when any step began."""
    if sources:
        show_sources(episode, as_json)
        return
    if is_memory(episode):
        if at is not None or diff is not None:
            stop(f"{episode} is a memory directory, which has no steps", USAGE)
        kept = open_memory(episode)
        show_files({entry.name: kept.text(entry.name) or "" for entry in kept.index()}, as_json)
        return
    with clear_errors():
        folder = find_episode(episode)
        _, steps = read_trace(folder)
        rows = list(read_rows(folder.journal))
    for step in (*(diff or ()), *([] if at is None else [at])):
        if not 0 <= step <= len(steps):
            stop(f"{folder.path} has steps 0 to {len(steps)}; there is no step {step}.", USAGE)
    if diff is not None:
        show_diff(files_at(rows, diff[0]), files_at(rows, diff[1]))
        return
    show_files(files_at(rows, at), as_json)


def show_files(files: Files, as_json: bool) -> None:
    """The files, one after the other."""
    if as_json:
        print_json(json.dumps(files, indent=2, ensure_ascii=False))
        return
    if not files:
        out.print("no files")
    for name, text in sorted(files.items()):
        out.print(Rule(Text(f"{name}, {len(text.splitlines())} lines"), align="left"))
        out.print(shown(text.rstrip("\n")))


def show_diff(before: Files, after: Files) -> None:
    """What changed in the files, as a unified diff."""
    changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if not changed:
        out.print("unchanged")
    for name in changed:
        old, new = before.get(name, "").splitlines(), after.get(name, "").splitlines()
        for line in difflib.unified_diff(old, new, name, name, lineterm="", n=2):
            style = {"+": "green", "-": "red"}.get(line[0], "dim")
            out.print(shown(line), style=style)
