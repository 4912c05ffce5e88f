"""All runs below a folder, as a list of links, and the page of each of their episodes.

A run is named by its folder's path below that one, with `~` between the parts, since it is one part
of an address: `/runs/evolve-x~plays~v0/s42-0123456789/`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from automem_graph.episodes.layout import EPISODE_ID, EpisodeFolder, RunError, RunFolder
from automem_graph.protocols import Frozen
from automem_graph.report.pages import render
from automem_graph.report.replay.api import api_routes
from automem_graph.report.replay.ending import ending_of
from automem_graph.report.replay.shown import Shown, show

OPEN = 8
"""Episodes that stay open; the one that nobody has asked for longest is closed."""

LISTED = 2000
"""Episodes that are listed at most."""

DEPTHS = ("*/episodes/*", "*/plays/*/episodes/*", "*/collected/episodes/*")
"""Where episodes lie: in runs, and in those that loops 1 and 2 have made."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

Page = Callable[[Request], Awaitable[Response]]


class Listed(Frozen):
    """An episode in the list."""

    run: str
    name: str
    """The run's name in addresses."""
    episode: str
    stands: str

    @property
    def address(self) -> str:
        """Relative to the list's."""
        return f"{quote(self.name, safe='~')}/{self.episode}/"


class Shelf:
    """The episodes of all runs in a folder; those that are looked at are open. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: OrderedDict[tuple[str, str], list[Shown]] = OrderedDict()
        self._lock = threading.Lock()

    def listed(self) -> Iterator[Listed]:
        """What there is, run by run, the newest first; `LISTED` at most."""
        found = {path.parent.parent for depth in DEPTHS for path in self.folder.glob(depth)}
        runs = sorted(found, key=lambda run: run.stat().st_mtime, reverse=True)
        room = LISTED
        for run in runs:
            name = run.relative_to(self.folder).as_posix()
            if "~" in name:
                continue
            for path in sorted(run.glob("episodes/*"))[:room]:
                if EPISODE_ID.fullmatch(path.name) and (path / "trace.jsonl").is_file():
                    room -= 1
                    yield Listed(
                        run=name,
                        name=name.replace("/", "~"),
                        episode=path.name,
                        stands=_stands(EpisodeFolder(path)),
                    )

    def shown(self, name: str, episode: str) -> Sequence[Shown]:
        """The page of one episode; RunError where there is none of that name."""
        with self._lock:
            if (name, episode) in self._open:
                self._open.move_to_end((name, episode))
                return self._open[name, episode]
            parts = name.split("~")
            if not all(parts) or {".", ".."} & {*parts} or any("/" in part for part in parts):
                raise RunError(f"there is no run '{name[:100]}'")
            run = RunFolder(self.folder.joinpath(*parts))
            self._open[name, episode] = shown = show([run.episode(episode)])
            while len(self._open) > OPEN:
                _, [closed] = self._open.popitem(last=False)
                closed.close()
            return shown

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for [one] in self._open.values():
                one.close()
            self._open.clear()


def run_routes(shelf: Shelf, page: Page, *, home: bool) -> list[BaseRoute]:
    """The list at `/runs/`, an episode's page below it; with `home` the list is also at `/`."""

    async def listed(request: Request) -> Response:
        text = await to_thread.run_sync(
            _page, shelf, "" if "/runs" in request.url.path else "runs/"
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": _POLICY})

    async def find(request: Request) -> Sequence[Shown]:
        named = request.path_params
        try:
            return await to_thread.run_sync(shelf.shown, named["run"], named["episode"])
        except RunError as error:
            raise HTTPException(404, str(error)) from error

    async def one(request: Request) -> Response:
        await find(request)
        return await page(request)

    inner = [Route("/", one), *api_routes(find)]
    outer = [Route("/", listed)] if home else []
    return [
        *outer,
        Route("/runs/", listed),
        Mount("/runs/{run}/{episode}", routes=inner),
    ]


def _page(shelf: Shelf, base: str) -> str:
    grouped = groupby(shelf.listed(), lambda one: one.run)
    runs = [(run, list(episodes)) for run, episodes in grouped]
    return render("replay/runs", runs=runs, base=base, most=LISTED)


def _stands(folder: EpisodeFolder) -> str:
    """Where an episode stands, in a few words."""
    ending, _ = ending_of(folder)
    if ending is None:
        return "not ended"
    return ending.status if ending.progression is None else f"{ending.progression:.1%}"
