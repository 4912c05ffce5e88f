"""From what a scaffold's process sent to typed values; anything else is a `ReplyError`.

The process may send any JSON, so every shape, size and character is checked here.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from automem_graph.protocols import ActionSpec, Edit, Frozen
from automem_graph.scaffold.ahead import TEXT_CHARS, Foretold, Pages

PROMPT_CHARS = 64_000
STATE_BYTES = 8 * 1024
EDITS = 50
EDIT_BYTES = 256 * 1024  # of all texts of one answer
NAME_CHARS = 200  # more than any name may have: a longer one is cut, and refused as it is


class ReplyError(ValueError):
    """The answer has a form that is not allowed; the message says which one is."""


class ActionReply(Frozen):
    """What a memory action answers: text for the model, edits to apply, lines found by a search."""

    text: str
    edits: tuple[Edit, ...] = ()
    found: int | None = Field(default=None, ge=0)


def action_reply(action: ActionSpec, value: Any) -> ActionReply:
    """The answer of an action's function, by the action's kind."""
    match action.kind, value:
        case "read", str():
            return ActionReply(text=text(value))
        case "search", [str() as said, int() as found] if found >= 0 and found is not True:
            return ActionReply(text=text(said), found=int(found))
        case "write", [str() as said, list() as asked]:
            return ActionReply(text=text(said), edits=edits(asked))
    forms = {"read": "text", "search": "(text, lines found)", "write": "(text, edits)"}
    due = forms.get(action.kind, "nothing: it has no function")
    raise ReplyError(f"a {action.kind} action must return {due}, not {_shown(value)}")


def text(value: Any, most: int = TEXT_CHARS) -> str:
    """A text that can be stored as UTF-8, cut to `most` characters."""
    if not isinstance(value, str):
        raise ReplyError(f"this must be text, not {_shown(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ReplyError("the text holds half a character (a lone surrogate)") from error
    return value[:most]


def edits(value: Any) -> tuple[Edit, ...]:
    """Edits as `[op, file, text]` each, within number and size."""
    if not isinstance(value, list) or len(value) > EDITS:
        raise ReplyError(f"edits must be a list of at most {EDITS}, not {_shown(value)}")
    return _bounded(tuple(_edit(entry) for entry in value))


def files(value: Any) -> dict[str, str]:
    """Texts by file name, under the same bounds as edits."""
    if not isinstance(value, dict) or len(value) > EDITS:
        raise ReplyError(f"files must be a dict of at most {EDITS} texts, not {_shown(value)}")
    made = _bounded(tuple(_edit(["replace", name, content]) for name, content in value.items()))
    return {edit.file: edit.text for edit in made}


def state(value: Any) -> dict[str, Any]:
    """A hook's state: a JSON object of at most 8 KiB."""
    if not isinstance(value, dict):
        raise ReplyError(f"the state must be a dict, not {_shown(value)}")
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError) as error:
        raise ReplyError(f"the state is not plain JSON: {error}") from error
    if size > STATE_BYTES:
        raise ReplyError(f"the state has {size:,} bytes; {STATE_BYTES:,} are allowed")
    return value


def pair(value: Any) -> tuple[Any, Any]:
    """Two values, as `observe` and `after_log` return them."""
    if not isinstance(value, list) or len(value) != 2:
        raise ReplyError(f"this must be two values, not {_shown(value)}")
    return value[0], value[1]


def foretold(pages: Pages, value: Any) -> Foretold | None:
    """What came along with an answer, if it is texts for these pages: nobody has to rely on it."""
    match value:
        case [index, [*texts]] if len(texts) == len(pages):
            try:
                return Foretold(pages, index, [text(each, PROMPT_CHARS) for each in texts])
            except ReplyError:
                return None
    return None


def _edit(entry: Any) -> Edit:
    match entry:
        case ["append" | "replace" | "remove" as op, str() as file, str() as content]:
            return Edit(op=op, file=text(file, NAME_CHARS), text=text(content, EDIT_BYTES))
    raise ReplyError(
        f"an edit must be (op, file, text) with op append, replace or remove, not {_shown(entry)}"
    )


def _bounded(asked: tuple[Edit, ...]) -> tuple[Edit, ...]:
    size = sum(len(edit.text.encode()) for edit in asked)
    if size > EDIT_BYTES:
        raise ReplyError(f"the texts have over {EDIT_BYTES:,} bytes in all, which is the limit")
    return asked


def _shown(value: Any) -> str:
    """The beginning of a value, for a message."""
    if isinstance(value, list | dict) and len(value) > 5:
        return f"a {type(value).__name__} of {len(value):,}"
    return ascii(value)[:80]
