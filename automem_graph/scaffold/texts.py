"""How the texts of memory files travel to a process: once, and then only what was added.

A log of 128 KiB that is searched at every step would cost more to send than to search. Each side
keeps the texts as they were last told; most files only grow, and what is told of one is how many
characters of the last text still stand and what follows them.
"""

from __future__ import annotations

News = tuple[int, str] | list[int | str] | None
"""Characters of the text last told that still stand, and what follows; None for no such file."""


class Told:
    """The side that has the files: what the other one knows by now."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def news(self, name: str, text: str | None) -> News:
        """What to tell of a file whose text is `text` now."""
        old = self._texts.pop(name, "")
        if text is None:
            return None
        self._texts[name] = text
        return (len(old), text[len(old) :]) if text.startswith(old) else (0, text)


class Heard:
    """The other side."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def take(self, name: str, news: News) -> str | None:
        """The text of a file, given the news of it."""
        old = self._texts.pop(name, "")
        if news is None:
            return None
        kept, rest = news
        text = self._texts[name] = f"{old[: int(kept)]}{rest}"
        return text
