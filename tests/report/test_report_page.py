"""The page of a run of loop 1: one file, all there, and nothing on it but text."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.report.evolution import MOST_LINES, write_page
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Match
from automem_graph.structure.result import read_evolution
from support.evolutions import BROKEN, DIFF, FIRST, LOST, WON, evolved

HOSTILE = (
    "</title></style></pre><script>alert(1)</script><img src=x onerror=alert(1)> "
    "{{ 7 * 7 }} {% include 'style.html' %} &lt;b&gt; \" ' \x00 \x1b[31m \u202e"
)


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self._pieces: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(self._pieces)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def page_of(folder: EvolutionFolder) -> Tags:
    return Tags(write_page(read_evolution(folder), folder).read_text("utf-8"))


def test_everything_that_was_tried_is_on_the_page():
    words = page_of(evolved()).words
    for said in (
        "v1 - v0, held out +25.00 +25.00 to +25.00 0.0625 4",
        "v1 - v0, on the gate's worlds +25.00",
        "what the files carry, v0 +0.00",
        "what the files carry, v1 +25.00",
        "v0 50.00 ± 0.00 50.00 ± 0.00 50.00 ± 0.00 12.50 25.0% 50.0% 12.5% 3,210.00",
        "v1.1 rejected at gate gate 40.00 ± 0.00; gain -10.00, p 1.0000; changed 1 file +1 -3",
        "v1.2 rejected at check changed 1 file +2 -0 Ask the network. hooks.py imports socket",
        "v1.3 kept as v1 gate 75.00 ± 0.00; gain +25.00, p 0.0625; confirmed +25.00, p 0.0625",
        "4 scores on fresh worlds world seed incumbent, % v1.3, % gap corridor 21 50.00 75.00",
        "It gets lost in e03.",
        "+Keep a map.",
        "Ended: 1 versions were kept",
        "gate seeds 1-4; sign_flip, p < 0.1; what passes is confirmed on fresh seeds",
        "held out seeds 11-14",
        "corridor (10 steps)",
        "proposer offline:reviewer",
    ):
        assert said in words, said


def test_the_page_asks_nobody_for_anything():
    found = page_of(evolved())
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "a", "form", "base", "image"}
    names = {name for _, attributes in found.tags for name, _ in attributes}
    assert not names & {"src", "href", "style", "action", "xlink:href"}
    assert not [name for name in names if name.startswith("on")]
    policy = dict(next(one for tag, one in found.tags if one and one[0][0] == "http-equiv"))
    assert policy["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"url\(|@import|https?:", found.text)


def with_words(name: str, text: str, diff: str) -> Tags:
    """The page of a run in which models wrote this."""
    rows = (
        FIRST.model_copy(update={"reason": text}),
        LOST.model_copy(update={"reason": text, "why": text}),
        BROKEN.model_copy(update={"why": text}),
        WON.model_copy(update={"reason": text}),
    )
    return page_of(evolved(name, rows, diff=diff, analysis=text, proposer=f"command:{text}"))


def test_what_models_wrote_is_text_and_nothing_else(tmp_path):
    found = with_words("run", HOSTILE, DIFF + "+" + HOSTILE.replace("\n", " ") + "\n")
    assert found.text.count("<script>alert(1)</script>") == 10
    assert "{{ 7 * 7 }}" in found.text
    assert not set(found.text) & {"\x00", "\x1b", "\u202e"}
    harmless = with_words("other", "x", DIFF + "+x\n")
    assert found.tags == harmless.tags


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1))
def test_no_text_changes_what_the_page_is_made_of(text: str):
    number = len(list(Path().iterdir()))
    found = with_words(f"run-{number}", f"x{text}x", DIFF + f"+{text}\n")
    expected = with_words("plain", "x", DIFF + "+x\n")
    assert found.tags == expected.tags


def test_a_run_that_goes_on_says_so():
    words = page_of(evolved(ended=False)).words
    assert "This run has not ended: the same command goes on." in words
    assert "Held-out worlds are played when the search is over." in words
    assert "v1 - v0, on the gate's worlds +25.00" in words


def test_a_run_that_kept_nothing_says_so():
    found = page_of(evolved(rows=(FIRST, LOST)))
    assert "corridor: no attempt was kept" in found.words
    assert "v0 - v0" not in found.words
    assert "what the files carry, v0 +0.00" in found.words
    assert "What was changed" not in found.words


def test_one_that_was_stopped_early_shows_how_far_it_came():
    stopped = Match(pairs=LOST.trial.pairs[:2], spared=2)
    words = page_of(evolved(rows=(FIRST, LOST.model_copy(update={"trial": stopped})))).words
    assert "v1.1 rejected at gate gain -10.00 after 2; changed" in words
    assert "2 scores on the gate's worlds, 2 spared" in words


def test_a_long_diff_is_cut_and_says_where_the_rest_is():
    words = page_of(evolved(diff=DIFF + "+line\n" * MOST_LINES)).words
    assert words.count("+line") == MOST_LINES - len(DIFF.splitlines())
    assert "The rest is in attempts/v1.3/diff.patch." in words


def test_an_attempt_without_files_is_no_trouble():
    folder = evolved()
    (folder.attempt("v1.3") / "analysis.md").unlink()
    assert "v1.3" in page_of(folder).words


@pytest.mark.parametrize("name", ["report.html"])
def test_it_lies_in_the_runs_folder(name):
    folder = evolved()
    assert write_page(read_evolution(folder), folder) == Path("run") / name
