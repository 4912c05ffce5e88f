"""The tags grammar: the actions in a model's reply, in text order, and how a call is written.

`<|SEARCH|>notes.md|cow<|END|>` is a call; small open models write this more reliably than tool
calls, and it is the paper's form. Replies are hostile input: any string parses, in linear time,
and what cannot run becomes a call with a `problem` that shows the right form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from automem_graph.memory.calls import Found, check, names_of, required_of
from automem_graph.memory.text import without_surrogates
from automem_graph.protocols import ActionSpec, Call, Routine

_TAG = re.compile(r"<(/?\|?/?)([A-Za-z][A-Za-z0-9_]{0,63})(\|?)>")
_CHAT_MARK = re.compile(
    "IM_(START|END)|(START|END)_HEADER_ID|(BEGIN|END)_OF_TEXT|E(OT|OM)_ID|ENDOFTEXT"
)  # what chat templates write in the same form, and models sometimes leak: it ends a body


class _Tag(NamedTuple):
    """A tag in the reply: an END (also `</search>`), a declared action, or one that has no spec."""

    name: str
    spec: ActionSpec | None
    start: int
    end: int

    @property
    def is_end(self) -> bool:
        return self.name == "END"


class _Tagged(NamedTuple):
    """An action in the reply: its tag, its body, and where all of it ends."""

    tag: _Tag
    body: str
    end: int


def parse(reply: str, actions: Sequence[ActionSpec], routine: Routine) -> tuple[Call, ...]:
    """The calls in a reply, in text order.

    Tags are read with or without pipes and in any case. A body ends at END or at the next declared
    tag, so a missing END never swallows an action. The first arguments end at `|`; the last takes
    the rest, with any `|` and newlines in it. Unknown actions (with pipes: `<think>` is text),
    actions of the other routine, missing arguments and every commit but the first have a `problem`.
    """
    reply = without_surrogates(reply)
    found = (
        Found(tag.name, tag.spec, _arguments(tag.spec, body), reply[tag.start : end].strip())
        for tag, body, end in _find(reply, actions)
    )
    return check(found, actions, routine, tag_form)


def tag_form(spec: ActionSpec) -> str:
    """How an action is written as a tag."""
    return spec.form


def strip_commits(reply: str, actions: Sequence[ActionSpec]) -> str:
    """The reply without its commits and their bodies, stripped.

    What a commit parted stays parted by a newline, so that no new tag can form.
    """
    kept, position = [], 0
    for found in _find(reply, actions):
        if found.tag.spec and found.tag.spec.kind == "commit":
            kept.append(reply[position : found.tag.start])
            position = found.end
    pieces = (piece.strip() for piece in [*kept, reply[position:]])
    return "\n".join(piece for piece in pieces if piece)


def write_call(spec: ActionSpec, args: Mapping[str, str]) -> str:
    """A call as the grammar has it; ValueError where a required argument is missing.

    `parse` gives the same arguments back if they are stripped, not empty, and hold no tags, and
    none but the last holds `|`.
    """
    missing = [name for name in required_of(spec) if name not in args]
    if missing:
        raise ValueError(f"{spec.name} needs {' and '.join(missing)}: {spec.form}")
    values = [args[name] for name in names_of(spec) if name in args]
    return f"<|{spec.name}|>" + (f"{'|'.join(values)}<|END|>" if spec.args else "")


def is_reserved(name: str) -> bool:
    """Whether a tag of this name, in capitals, ends a body, so that no action may have the name."""
    return name == "END" or _CHAT_MARK.fullmatch(name) is not None


def _tags(reply: str, actions: Sequence[ActionSpec]) -> Iterator[_Tag]:
    """The tags of a reply that mean something, in text order."""
    specs = {spec.name: spec for spec in actions}
    for match in _TAG.finditer(reply):
        opening, name, pipe = match[1], match[2].upper(), match[3]
        spec = specs.get(name)
        piped = opening == pipe == "|"
        if name == "END" or (spec and "/" in opening) or (piped and _CHAT_MARK.fullmatch(name)):
            yield _Tag("END", None, match.start(), match.end())
        elif spec or piped:
            yield _Tag(name, spec, match.start(), match.end())


def _find(reply: str, actions: Sequence[ActionSpec]) -> Iterator[_Tagged]:
    """The actions of a reply with their bodies; an END with nothing to end is passed over."""
    opened: _Tag | None = None
    for tag in _tags(reply, actions):
        if opened is not None and (tag.is_end or tag.spec):
            end = tag.end if tag.is_end else tag.start
            yield _Tagged(opened, reply[opened.end : tag.start], end)
            opened = None
        if opened is None and not tag.is_end:
            if tag.spec and tag.spec.args:
                opened = tag
            else:
                yield _Tagged(tag, "", tag.end)
    if opened is not None:
        yield _Tagged(opened, reply[opened.end :], len(reply))


def _arguments(spec: ActionSpec | None, body: str) -> dict[str, str]:
    if spec is None or not spec.args:
        return {}
    parts = (part.strip() for part in body.split("|", len(spec.args) - 1))
    return {name: part for name, part in zip(names_of(spec), parts, strict=False) if part}
