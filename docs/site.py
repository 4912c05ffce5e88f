"""What the pages need to stand on a site by themselves: mkdocs calls this (see mkdocs.yml).

In the repository pages link to sources beside them. The site has no sources, so there such a link
becomes the source's path in words.
"""

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
LINK = re.compile(r"\[([^\]]+)\]\((\.\./[^)#]+)(?:#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page's text as the site shows it."""
    return without_sources(markdown, DOCS / page.file.src_uri)


def without_sources(markdown: str, path: Path) -> str:
    """The text of the page at `path` with links out of the documentation spelt out."""

    def spelt(link: re.Match[str]) -> str:
        text, target = link[1], (path.parent / link[2]).resolve()
        if target.is_relative_to(DOCS):
            return link[0]
        name = target.relative_to(DOCS.parent).as_posix()
        return f"`{name}`" if text.strip("`") == name else f"{text} (`{name}`)"

    return LINK.sub(spelt, markdown)
