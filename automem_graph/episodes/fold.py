"""Texts that a row already holds are not written again inside its prompts.

A prompt quotes the observation, the one before it and the results of memory actions, all of which
the trace keeps anyway. `fold` replaces each quoted text by a short mark, `unfold` puts it back,
byte for byte. A mark is a NUL, a name and a NUL: prompts hold no NUL (`agent.turns.clean`).
"""

from __future__ import annotations

from collections.abc import Mapping

SHORTEST = 24
"""Characters below which a text is not worth a mark."""


def fold(text: str, known: Mapping[str, str]) -> str:
    """Replace the known texts (name to text), longest first, by their marks."""
    for name, quoted in sorted(known.items(), key=lambda item: -len(item[1])):
        if len(quoted) >= SHORTEST:
            text = _outside_marks(text, quoted, f"\0{name}\0")
    return text


def unfold(text: str, known: Mapping[str, str]) -> str:
    """The text as it was before `fold` with the same known texts."""
    parts = text.split("\0")
    parts[1::2] = [known[name] for name in parts[1::2]]
    return "".join(parts)


def _outside_marks(text: str, quoted: str, mark: str) -> str:
    """Replace where no earlier mark stands: every second part between NULs is a mark's name."""
    parts = text.split("\0")
    parts[::2] = [part.replace(quoted, mark) for part in parts[::2]]
    return "\0".join(parts)
