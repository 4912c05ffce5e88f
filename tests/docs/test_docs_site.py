"""The documentation as a site: every page is in its navigation, and it stands by itself."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
SITE = yaml.safe_load((CHECKOUT / "mkdocs.yml").read_text())


def pages_of(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for one in nav.values() if isinstance(nav, dict) else nav:
            yield from pages_of(one)


def test_every_page_is_in_the_navigation_once():
    pages = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    assert sorted(pages_of(SITE["nav"])) == pages


def test_the_site_asks_nobody_for_anything():
    assert not re.search(r"https?:|//", (CHECKOUT / "mkdocs.yml").read_text())
    assert SITE["theme"]["highlightjs"] is False


@pytest.fixture(scope="module")
def without_sources() -> Any:
    spec = importlib.util.spec_from_file_location("site_hooks", CHECKOUT / SITE["hooks"][0])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.without_sources


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[x](../examples)", "x (`examples`)"),
        (
            "[`protocols.py`](../automem_graph/protocols.py)",
            "`protocols.py` (`automem_graph/protocols.py`)",
        ),
        ("[tools/v0](../tools/v0)", "`tools/v0`"),
        ("[worlds](worlds.md#seeds)", "[worlds](worlds.md#seeds)"),
        ("[paper](https://arxiv.org/abs/2607.01224)", "[paper](https://arxiv.org/abs/2607.01224)"),
    ],
)
def test_links_to_sources_become_words(without_sources: Any, text: str, shown: str):
    assert without_sources(text, DOCS / "x.md") == shown


def test_links_between_folders_of_the_site_stay(without_sources: Any):
    assert without_sources("[a](../tools.md)", DOCS / "examples/x.md") == "[a](../tools.md)"


def test_no_page_leads_out_of_the_site(without_sources: Any):
    for page in DOCS.rglob("*.md"):
        text = without_sources(page.read_text(), page)
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            where = (page.parent / target).resolve()
            assert where.is_relative_to(DOCS), (page.name, target)
            assert where.exists(), (page.name, target)
