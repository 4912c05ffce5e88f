"""`automem replay`: episodes on a local page, or as one file."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from automem_graph.cli.console import FAILURE, USAGE, clear_errors, err, out, shown, stop
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.replay.finding import find_episodes

MOST = 8
"""Episodes that have room beside one another."""


def replay(
    episodes: Annotated[
        list[Path],
        typer.Argument(
            metavar="EPISODE...",
            help="An episode's folder, a run's, or a run's and the beginning of an id: runs/x/s42.",
        ),
    ],
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of runs, the episodes with this seed.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it all into one HTML file, and serve nothing."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where it listens.", show_default="any free one")
    ] = 0,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Watch episodes: the world as it was, what the agent read, thought and wrote, step by step.

    The page is served on this machine only, until Ctrl-C. Several episodes go on in lock-step: the
    same seed before and after a change, say. One that is still being played is followed.
    """
    with clear_errors():
        folders = _folders(episodes, seed)
        if export is not None:
            _export(folders, export)
        else:
            _serve(folders, port, open_browser)


def _folders(episodes: list[Path], seed: int | None) -> list[EpisodeFolder]:
    folders: dict[Path, EpisodeFolder] = {}
    for where in episodes:
        found = find_episodes(where, seed)
        folders |= {one.path.resolve(): one for one in found.episodes}
        if found.left_out:
            names = ", ".join(one.id for one in found.episodes)
            err.print(
                shown(f"{where}: {names}; {found.left_out} more are left out: name one, or --seed"),
                soft_wrap=True,
            )
    if len(folders) > MOST:
        stop(f"{len(folders)} episodes are too many for a page: name {MOST} or fewer.", USAGE)
    return list(folders.values())


def _serve(folders: list[EpisodeFolder], port: int, open_browser: bool) -> None:
    from automem_graph.report.replay.serve import make_app, serve

    def opened(address: str) -> None:
        out.print(shown(address), soft_wrap=True)
        err.print("Ctrl-C stops it.", style="dim")
        if open_browser:
            webbrowser.open(address)

    serve(make_app(folders), port=port, opened=opened)


def _export(folders: list[EpisodeFolder], file: Path) -> None:
    from automem_graph.report.replay.export import export
    from automem_graph.report.replay.shown import show

    opened = show(folders)
    try:
        with err.status("writing...") as status:
            export(opened, file, lambda steps: status.update(f"writing, {steps:,} steps..."))
    except OSError as error:
        stop(f"{file} cannot be written: {error.strerror or error}.", FAILURE)
    finally:
        for one in opened:
            one.close()
    out.print(shown(str(file)), soft_wrap=True)
