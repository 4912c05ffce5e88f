"""The pages of all runs in a folder, for a server that has other work: LangGraph's, beside graphs.

`/automem/` lists the runs, `/automem/reports/NAME/report.html` is a report that lies there, and
below `/automem/replays/` are the replays. Files are read, and none that lies outside the folder.

Such a server answers every origin (Studio is a page from elsewhere), so it is looked at here who
asks: through a loopback name alone, and no page but those of this server.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from automem_graph.protocols import Frozen
from automem_graph.report.guard import adding, from_elsewhere
from automem_graph.report.pages import render
from automem_graph.report.replay.serve import make_app

PREFIX = "/automem"
MOST_RUNS = 500
"""Runs that are listed: the newest."""
KINDS = {"evolve.json": "loop 1", "train.json": "loop 2", "run.json": "episodes"}
REPORT = "report.html"

SHOWN = re.compile(
    r"report\.html|replay/[^/]+\.html|trials/[^/]+/data/card\.html"
    r"|attempts/[^/]+/(diff\.patch|analysis\.md|changes\.md)"
)
"""Files of a run that a report leads to."""

PAGE_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'unsafe-inline' data:; connect-src 'none'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""For pages that lie in a run: they have a stricter policy of their own, and here no origin."""

LIST_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Listed(Frozen):
    """A run in the list. Addresses are relative to it."""

    name: str
    kind: str
    report: str
    """Empty where there is none."""


def make_pages(runs: Path) -> Starlette:
    """The application; `runs` need not be there yet."""
    replays = make_app(runs=runs)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with replays.router.lifespan_context(replays):
            yield

    own = Starlette(
        routes=[
            Route("/", _Pages(runs).listed),
            Route("/reports/{name}/{file:path}", _Pages(runs).file),
            Mount("/replays", app=replays),
        ]
    )
    return Starlette(
        routes=[Route(PREFIX, _to_list), Mount(PREFIX, app=Guarded(own))], lifespan=lifespan
    )


def listed_in(runs: Path) -> list[Listed]:
    """The runs there, the newest first."""
    found = [
        (file.stat().st_mtime, path, kind)
        for path in (runs.iterdir() if runs.is_dir() else ())
        for name, kind in KINDS.items()
        if (file := path / name).is_file() and _inside(runs, file)
    ]
    return [
        Listed(
            name=path.name,
            kind=kind,
            report=f"reports/{quote(path.name)}/{REPORT}" if (path / REPORT).is_file() else "",
        )
        for _, path, kind in sorted(found, key=lambda one: (-one[0], one[1].name))[:MOST_RUNS]
    ]


def file_of(runs: Path, name: str, file: str) -> Path | None:
    """A file of a run that may be shown; None for anything else."""
    if name.startswith(".") or not SHOWN.fullmatch(file):
        return None
    path = runs / name / file
    return path if _inside(runs / name, path) and _inside(runs, path) and path.is_file() else None


def _inside(folder: Path, path: Path) -> bool:
    """Whether the path leads, by no link, out of the folder."""
    return path.resolve().is_relative_to(folder.resolve())


class _Pages:
    """The answers; files are read in threads."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs

    async def listed(self, request: Request) -> Response:
        text = await to_thread.run_sync(_list, self._runs)
        return HTMLResponse(text, headers={"Content-Security-Policy": LIST_POLICY})

    async def file(self, request: Request) -> Response:
        named = request.path_params
        path = await to_thread.run_sync(file_of, self._runs, named["name"], named["file"])
        if path is None:
            raise HTTPException(404, "there is no such page of a run")
        text = await to_thread.run_sync(lambda: path.read_text("utf-8", "replace"))
        kind = HTMLResponse if path.suffix == ".html" else PlainTextResponse
        return kind(text, headers={"Content-Security-Policy": PAGE_POLICY})


def _list(runs: Path) -> str:
    return render("beside", runs=listed_in(runs), most=MOST_RUNS)


async def _to_list(request: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/")


class Guarded:
    """Refuses who comes through another name, or from another page; see the module."""

    HOSTS = ("127.0.0.1", "localhost", "::1")
    HEADERS = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if why := refused(Headers(scope=scope)):
            await PlainTextResponse(why, 403)(scope, receive, send)
            return
        await self._app(scope, receive, adding(self.HEADERS, send))


def refused(headers: Headers) -> str:
    """Why these headers get no answer; empty where they do."""
    host = headers.get("host", "")
    if re.sub(r":\d+$", "", host).strip("[]") not in Guarded.HOSTS:
        return "These pages are shown on this machine only: open them at 127.0.0.1."
    if from_elsewhere(headers):
        return "These pages are not for pages from elsewhere."
    return ""
