"""What an HTML page is made of, as its reader's browser takes it apart."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text; scripts and styles aside."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.own: dict[str, list[str]] = {"script": [], "style": []}
        self._pieces: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        self._inside = tag if tag in self.own else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag in self.own else self._inside

    def handle_data(self, data: str) -> None:
        (self.own[self._inside] if self._inside else self._pieces).append(data)

    @property
    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    @property
    def text(self) -> str:
        return " ".join(self._pieces)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute, in order."""
        return [value or "" for _, attrs in self.tags for name, value in attrs if name == attribute]
