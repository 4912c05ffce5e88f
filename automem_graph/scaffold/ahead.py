"""Prompts rendered in the same trip as the code that decides what they say.

A search is answered, and then its answer is shown to the model: two trips, where the second one
brings nothing that the process does not know. So a call may carry the pages that will be asked for
if all goes as it should, with a gap (None) for what the call is about to say and for the index of
the files after its edits. The process fills the gaps and renders. The trusted side uses the texts
only if the pages that it does ask for are the same, variable by variable; else it asks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

TEXT_CHARS = 16_000
"""Characters of a text that scaffold code says; the rest is cut off."""

AHEAD_SECONDS = 1.0
"""By the clock, for rendering ahead: what takes longer is left to a call of its own."""

AHEAD_CHARS = 256 * 1024
"""Characters of all texts that are sent along with an answer."""

Pages = Sequence[tuple[str, Mapping[str, Any]]]
"""Names of templates, each with its variables."""

Index = list[dict[str, Any]]
"""The files as prompts show them: name and number of lines."""


class Ahead(NamedTuple):
    """Pages that will be asked for next, with gaps, and the variables that they share."""

    pages: Pages
    shared: Mapping[str, Any]


class Foretold(NamedTuple):
    """Pages that the process rendered, and their texts."""

    pages: Pages
    files: Index | None
    texts: list[str]

    def filled(self, said: str) -> Foretold:
        """With the gaps filled as the process filled them."""
        return self._replace(pages=filled(self.pages, said, self.files))


def filled(pages: Pages, said: str, index: Index | None) -> list[tuple[str, dict[str, Any]]]:
    """The pages without gaps: `notes` and a result's `text` are what was said."""
    return [
        (template, _filled(variables, said[:TEXT_CHARS], index)) for template, variables in pages
    ]


def _filled(variables: Mapping[str, Any], said: str, index: Index | None) -> dict[str, Any]:
    made = dict(variables)
    if "notes" in made and made["notes"] is None:
        made["notes"] = said
    if "index" in made and made["index"] is None:
        made["index"] = index
    if made.get("results"):
        made["results"] = [
            {**result, "text": said} if result["text"] is None else result
            for result in made["results"]
        ]
    return made


def told_index(pages: Pages, index: Index | None) -> Index | None:
    """The index that the latest of the pages tells of, else the one that was known."""
    for _, variables in pages:
        index = variables.get("index", index)
    return index


def edited(index: Index | None, edits: Sequence[Sequence[str]]) -> Index | None:
    """The index after edits, if they are taken as they are: it is compared before it is used."""
    if index is None:
        return None
    lines = {entry["name"]: entry["lines"] for entry in index}
    for op, file, text in edits:
        added = text.rstrip("\n").count("\n") + 1 if text else 0
        if op == "remove":
            lines.pop(file, None)
        else:
            lines[file] = added + (lines.get(file, 0) if op == "append" else 0)
    return [{"name": name, "lines": lines[name]} for name in sorted(lines)]
