"""The page of some episodes as a web application, and the server that shows it on this machine.

    app = make_app([run.episode("s42-0123456789")])
    serve(app, port=0, opened=print)

Who may ask: pages that this application gave out, through a loopback address. The `Host` header is
checked, so that no name that leads here makes another page one of ours; what a browser asks for
another site's page is refused, also where a server around this one would let it read the answer;
and nothing can be changed, since there are only GETs.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.report.guard import adding, from_elsewhere
from automem_graph.report.replay.api import STATUS, api_routes, refuse
from automem_graph.report.replay.page import page_text, policy
from automem_graph.report.replay.runs import Shelf, run_routes
from automem_graph.report.replay.shown import Shown, show

HOST = "127.0.0.1"


def make_app(folders: Sequence[EpisodeFolder] = (), runs: Path | None = None) -> Starlette:
    """The page of these episodes at `/` and, with `runs`, those of all runs there below `/runs/`.

    RunError for an episode of which nothing can be shown.
    """
    shown = show(folders)
    shelf = Shelf(runs) if runs is not None else None

    async def find(request: Request) -> Sequence[Shown]:
        return shown

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            for one in shown:
                await to_thread.run_sync(one.close)
            if shelf is not None:
                await to_thread.run_sync(shelf.close)

    routes: list[BaseRoute] = [*([Route("/", page)] if shown else []), *api_routes(find)]
    if shelf is not None:
        routes += run_routes(shelf, page, home=not shown)
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
            Middleware(_Guarded),
        ],
        exception_handlers={HTTPException: refuse, **dict.fromkeys(STATUS, refuse)},
    )


async def page(request: Request) -> Response:
    """The page itself, which asks for the rest."""
    text, allowed = await to_thread.run_sync(lambda: (page_text(), policy()))
    return HTMLResponse(text, headers={"Content-Security-Policy": allowed})


class _Guarded:
    """Refuses what other sites' pages ask for; tells browsers to do no more than show answers."""

    HEADERS = (
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._app
        if scope["type"] == "http" and from_elsewhere(Headers(scope=scope)):
            answer = JSONResponse({"error": "this is for its own page only"}, 403)
        await answer(scope, receive, adding(self.HEADERS, send))


def serve(app: Starlette, *, port: int, opened: Callable[[str], None]) -> None:
    """Serve until Ctrl-C; `opened` is told the address. RunError for a port that is taken.

    Port 0 is any free one.
    """
    import uvicorn

    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise RunError(
            f"port {port} of {HOST} cannot be used ({error.strerror}): leave --port out for any "
            "free one"
        ) from None
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    app.state.closing = lambda: server.should_exit
    with listening, contextlib.suppress(KeyboardInterrupt):
        opened(f"http://{HOST}:{listening.getsockname()[1]}/")
        server.run(sockets=[listening])
