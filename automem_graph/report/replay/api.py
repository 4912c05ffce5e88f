"""The answers to what a page asks, over the episodes that it shows; see `shapes`.

Every answer is JSON, every question a GET. What cannot be answered is `{"error": "..."}`. Reading
and drawing are done in threads, so that one slow answer holds up no other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio
from anyio import to_thread
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from automem_graph.episodes.layout import RunError
from automem_graph.memory.rows import JournalError
from automem_graph.report.replay.episode import OutOfRange
from automem_graph.report.replay.shapes import Steps
from automem_graph.report.replay.shown import Shown, replay_of

FOLLOW_S = 10.0
"""Seconds after which who follows an episode gets an answer anyway."""

DRAWN_S = 2.0
"""Seconds that drawing may take; after them an answer says so, and the page asks again."""

_LOOK_S = 0.25
"""Seconds between two looks at whether something has come."""

Find = Callable[[Request], Awaitable[Sequence[Shown]]]
"""The episodes of the page that a request belongs to."""

Asked = Callable[[Shown, Request], BaseModel]


def api_routes(find: Find) -> list[Route]:
    """The paths below `/api`."""

    async def replay(request: Request) -> Response:
        shown = await find(request)
        return _json(await to_thread.run_sync(replay_of, shown))

    async def follow(request: Request) -> Response:
        one = await _episode(find, request)
        have = _number(request, "have")
        with anyio.move_on_after(FOLLOW_S):
            while not await to_thread.run_sync(_is_news, one, have):
                if is_closing(request):
                    break
                await anyio.sleep(_LOOK_S)
        return _json(await to_thread.run_sync(one.outline))

    def answer(asked: Asked) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            one = await _episode(find, request)
            return _json(await to_thread.run_sync(asked, one, request))

        return answered

    routes = [Route("/api/replay", replay), Route("/api/episodes/{k:int}/follow", follow)]
    return routes + [
        Route(f"/api/episodes/{{k:int}}/{name}", answer(asked)) for name, asked in _ASKED.items()
    ]


def is_closing(request: Request) -> bool:
    """Whether the server has been told to stop."""
    closing: Callable[[], bool] | None = getattr(request.app.state, "closing", None)
    return closing is not None and closing()


def _steps(one: Shown, request: Request) -> BaseModel:
    start, stop = _number(request, "from"), _number(request, "to")
    return Steps(steps=one.episode.step_range(start, stop))


def _files(one: Shown, request: Request) -> BaseModel:
    return one.episode.files(_number(request, "step"))


def _search(one: Shown, request: Request) -> BaseModel:
    asked = request.query_params.get("q", "")
    return one.episode.search(asked, _number(request, "from", 0))


def _frame(one: Shown, request: Request) -> BaseModel:
    return one.frame(_number(request, "step"), DRAWN_S)


def _frames(one: Shown, request: Request) -> BaseModel:
    start, stop = _number(request, "from"), _number(request, "to")
    return _Frames(frames=one.frames(start, stop, DRAWN_S))


def _atlas(one: Shown, request: Request) -> BaseModel:
    atlas = one.atlas()
    if atlas is None:
        raise HTTPException(404, "these frames are not made of tiles")
    return atlas


_ASKED: Mapping[str, Asked] = {
    "steps": _steps,
    "files": _files,
    "search": _search,
    "frame": _frame,
    "frames": _frames,
    "atlas": _atlas,
}


class _Frames(BaseModel):
    frames: list[Any]


async def _episode(find: Find, request: Request) -> Shown:
    shown = await find(request)
    k = int(request.path_params["k"])
    if k >= len(shown):
        raise HTTPException(404, f"there is no episode {k} here")
    return shown[k]


def _is_news(one: Shown, have: int) -> bool:
    one.episode.refresh()
    return one.episode.steps != have or not one.episode.running


def _number(request: Request, name: str, default: int | None = None) -> int:
    said = request.query_params.get(name, default)
    try:
        return int(str(said)[:20])
    except ValueError:
        raise HTTPException(400, f"'{name}' should be a number") from None


def _json(data: BaseModel) -> Response:
    return Response(data.model_dump_json(), media_type="application/json")


async def refuse(request: Request, error: Exception) -> Response:
    """An answer that says in a sentence why there is none."""
    if isinstance(error, HTTPException):
        return JSONResponse({"error": error.detail}, error.status_code)
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    return JSONResponse({"error": str(error)}, status)


STATUS: Mapping[type[Exception], int] = {
    **{OutOfRange: 404, IndexError: 404},
    **{RunError: 422, JournalError: 422, OSError: 422, RuntimeError: 503},
}
"""What may be wrong with a question, or with the files that it is about. A RuntimeError is of
frames that were closed meanwhile: asking again opens them."""
