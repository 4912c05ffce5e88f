"""The replay's page: HTML, CSS and JavaScript written by hand, joined into one file.

The page holds one script, which its policy names by its hash, and asks no server but its own; an
exported one asks none. What episodes hold enters it as text only: the policy forbids the rest.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, TextIO

STYLES = ("page.css", "layout.css")
SCRIPTS = (
    "dom.js",
    "served.js",
    "embedded.js",
    "episode.js",
    "world.js",
    "diff.js",
    "files.js",
    "thoughts.js",
    "latest.js",
    "column.js",
    "player.js",
    "events.js",
    "timeline.js",
    "search.js",
    "live.js",
    "controls.js",
    "keys.js",
    "theme.js",
    "main.js",
)
"""In the order in which they are joined: all of them share one scope."""


def page_text() -> str:
    """The page that asks the server from which it came."""
    return "".join(_ends(policy()))


def policy(*, exported: bool = False) -> str:
    """The content security policy of the page, which a server also sends as a header."""
    own = "'none'" if exported else "'self'"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash_of(_script())}",
            f"style-src {_hash_of(_style())}",
            "img-src data:",
            f"connect-src {own}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def write_export(file: TextIO, pieces: Iterable[tuple[str, Any]]) -> None:
    """Write the page with all that it would ask a server for; one piece at a time is in memory."""
    head, tail = _ends(policy(exported=True))
    file.write(head)
    for name, value in pieces:
        data = gzip.compress(json.dumps(value, separators=(",", ":")).encode(), mtime=0)
        packed = base64.b64encode(data).decode()
        file.write(f'<script type="text/plain" id="data-{name}">{packed}</script>\n')
    file.write(tail)


def _ends(allowed: str) -> tuple[str, str]:
    """The page before its data and after."""
    parts = {"policy": allowed, "style": _style(), "script": _script(), "data": "\0"}
    text = re.sub(r"@(\w+)@", lambda found: parts[found[1]], _read("page.html"))
    head, tail = text.split("\0")
    return head, tail


@cache
def _script() -> str:
    return "\n" + "\n".join(map(_read, SCRIPTS))


@cache
def _style() -> str:
    palette = files("automem_graph.report").joinpath("palette.css").read_text("utf-8")
    return "\n" + palette + "".join(map(_read, STYLES))


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
