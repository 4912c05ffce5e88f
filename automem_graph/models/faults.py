"""What an exception of a provider's client means, whichever client it is.

LangChain's integrations, the clients below them and httpx have error classes of their own. What
they have in common is a status, the response's headers, and the names of their bases; nothing of a
provider is imported here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeVar

Found = TypeVar("Found")

Kind = Literal[
    "unreachable", "key", "unknown", "long", "refused", "quota", "busy", "passing", "odd"
]
"""What went wrong: nobody answers; the key; the model's name; a prompt over the context; a request
that is wrong in another way; a quota that is used up; too many requests; anything that may be gone
in a moment; an answer, or an error, that nobody expects."""

_CONNECT = {"ConnectError", "ConnectTimeout"}
_PASSING = {"TransportError", "APIConnectionError", "ModelConnectionError", "TimeoutException"}
_BROKEN_OFF = "No generations found in stream"
"""LangChain's words for a stream that ended before it said anything."""
_LONG = (
    "context_length_exceeded",
    "maximum context length",
    "maximum model length",
    "context window",
    "prompt is too long",
    "context limit",
)
_STATUS: Mapping[int, Kind] = {
    **{401: "key", 403: "key", 404: "unknown"},
    **{408: "passing", 409: "passing", 425: "passing"},
    **{429: "busy", 503: "busy", 529: "busy"},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed call: the provider's own words on one line, and the pause that it asks for."""

    kind: Kind
    words: str
    status: int | None = None
    wait_s: float = 0.0


def diagnose(error: BaseException) -> Fault:
    """What a failed call means. Any exception has some meaning."""
    chain = tuple(_chain(error))
    status = _first(map(_status, chain))
    words = _first(map(_message, chain)) or _said(chain)
    kind = _by_status(status, words) if status else _by_class(chain, words)
    if kind == "odd":
        words = f"{type(error).__name__}: {words}"
    wait_s = _first(map(_asked_to_wait, chain)) or 0.0
    return Fault(kind=kind, words=words, status=status, wait_s=wait_s)


def _first(found: Iterable[Found | None]) -> Found | None:
    return next((one for one in found if one is not None), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it comes from, also where that was hidden; the outermost first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _by_status(status: int, words: str) -> Kind:
    if status == 413 or (status in {400, 422, 500} and _is_long(words)):
        return "long"
    if status == 429 and "insufficient_quota" in words:
        return "quota"
    if status in _STATUS:
        return _STATUS[status]
    return "passing" if status >= 500 else "refused"


def _by_class(chain: tuple[BaseException, ...], words: str) -> Kind:
    names = {base.__name__ for link in chain for base in type(link).__mro__}
    if any(type(link) is ConnectionError for link in chain) or names & _CONNECT:
        return "unreachable"
    if names & {"ConnectionRefusedError", "gaierror"}:
        return "unreachable"
    if "ContextOverflowError" in names or ("APIError" in names and _is_long(words)):
        return "long"
    if names & {*_PASSING, "APIError", "ConnectionError", "TimeoutError", "IncompleteRead"}:
        return "passing"
    return "passing" if _BROKEN_OFF in words else "odd"


def _is_long(words: str) -> bool:
    return any(sign in words.lower() for sign in _LONG)


def _status(link: BaseException) -> int | None:
    """The status of a response; in a stream or in a body of success it is the error's `code`."""
    response = getattr(link, "response", None)
    body = link.args[0] if link.args and isinstance(link.args[0], Mapping) else {}
    for found in (
        getattr(link, "status_code", None),
        getattr(response, "status_code", None),
        getattr(link, "code", None),
        body.get("code"),
    ):
        if str(found).isdecimal() and 400 <= int(str(found)) < 600:
            return int(str(found))
    return None


def _message(link: BaseException) -> str | None:
    """The provider's own words in the body of its answer, with the code that it gives them."""
    body: Any = getattr(link, "body", None) or (link.args[0] if link.args else None)
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]
    if not isinstance(body, Mapping) or not isinstance(body.get("message"), str):
        return None
    code = body.get("code")
    return _line(f"{code}: {body['message']}" if isinstance(code, str) else body["message"])


def _said(chain: tuple[BaseException, ...]) -> str:
    """The innermost words: the outer ones mostly say that there was an error."""
    for link in reversed(chain):
        words = link.strerror if isinstance(link, OSError) and link.strerror else str(link)
        if words.strip():
            return _line(words)
    return type(chain[0]).__name__


def _line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(".")


def _asked_to_wait(link: BaseException) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date."""
    headers = getattr(getattr(link, "response", None), "headers", None)
    if not isinstance(headers, Mapping):
        return None
    told = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(told[name]) * unit)
        except (KeyError, ValueError):
            continue
    try:
        until = parsedate_to_datetime(told["retry-after"])
    except (KeyError, ValueError):
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
