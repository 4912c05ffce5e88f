"""What keeps other web sites from the pages that are served here."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Message, Send

Lines = Sequence[tuple[bytes, bytes]]


def from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that it asks for another site's page; a link may lead here."""
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{headers.get('host', '')}":
        return True
    site = headers.get("sec-fetch-site", "none")
    return site not in ("none", "same-origin") and headers.get("sec-fetch-mode") != "navigate"


def adding(lines: Lines, send: Send) -> Send:
    """`send`, with these headers in every answer, in the place of its own of the same names."""
    names = {name for name, _ in lines}

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [one for one in message.get("headers", ()) if one[0].lower() not in names]
            message["headers"] = [*own, *lines]
        await send(message)

    return sent
