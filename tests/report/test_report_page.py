"""The page of a run of loop 1: one file, all there, and nothing on it but text."""

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from automem_graph.report.report import read_report, write_report
from automem_graph.report.sections.lineage import MOST_LINES
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Match
from support.evolutions import BROKEN, DIFF, FIRST, LOST, WON, evolved
from support.pages import Tags

HOSTILE = (
    "</title></style></pre></script><script>alert(1)</script><img src=x onerror=alert(1)> "
    "{{ 7 * 7 }} {% include 'style.css' %} &lt;b&gt; \" ' \x00 \x1b[31m \u202e"
)


def page_of(folder: EvolutionFolder) -> Tags:
    return Tags(write_report(read_report([folder.path]), folder.report).read_text("utf-8"))


def test_everything_that_was_tried_is_on_the_page():
    words = page_of(evolved()).words
    for said in (
        "Loop 1 was asked to rewrite the scaffold that plays corridor, by offline:reviewer: "
        "4 seeds at the gate, 4 held out.",
        "It kept 1 of 3 attempts: v1 is worth +25.00 points of progression (95 % interval +25.00 "
        "to +25.00, one-sided p 0.0625, n 4) on held-out worlds.",
        "Ended: 1 versions were kept",
        "v0 held out 50.00 ± 0.00 50.00 to 50.00 4 of 4",
        "v1 - v0, held out +25.00 +25.00 to +25.00 0.0625 4",
        "v1 - v0, on the gate's worlds +25.00",
        "what the files carry, v1 +25.00",
        "v1 minus v0: +25.00 points",
        "4 worlds: 4 better, 0 worse, 0 the same.",
        "writes that were in the file already 25.00 ± 0.00 % 25.00 ± 0.00 %",
        "v1.1 rejected at gate gate 40.00 ± 0.00; gain -10.00, p 1.0000; changed 1 file +1 -3",
        "v1.2 rejected at check changed 1 file +2 -0 Ask the network. hooks.py imports socket",
        "v1.3 kept as v1 gate 75.00 ± 0.00; gain +25.00, p 0.0625; confirmed +25.00, p 0.0625",
        "4 scores on fresh worlds world seed incumbent, % v1.3, % gap corridor 21 50.00 75.00",
        "It gets lost in e03.",
        "+Keep a map.",
        "gate seeds 1-4; sign_flip, p < 0.1; what passes is confirmed on fresh seeds",
        "held out seeds 11-14",
        "corridor (10 steps)",
        "proposer offline:reviewer",
    ):
        assert said in words, said


def test_attempts_hang_below_the_version_that_they_had_to_beat():
    found = page_of(evolved())
    tree = found.words.partition("Lineage Below each version")[2]
    assert re.search(
        r"v0 kept 50\.00 .*v1\.1 rejected .*v1\.2 rejected .*v1 kept 75\.00 ± 0\.00 % \(\+25\.00\)",
        tree,
    )


def test_every_link_leads_to_something_on_the_page():
    found = page_of(evolved())
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    links = found.values("href")
    assert links
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith("#") for link in links)


def test_points_lead_to_replays_that_lie_beside_the_page():
    folder = evolved()
    result = next(folder.play("v0-aaaaaaaaaa").path.glob("episodes/s11-*"))
    replay = folder.path / "replay" / f"{result.name}.html"
    replay.parent.mkdir()
    replay.write_text("")
    page = write_report(read_report([folder.path], folder.path), folder.report).read_text()
    found = Tags(page)
    assert found.values("href").count(f"replay/{result.name}.html") == 3  # point, table, episode
    other = next(folder.play("v0-aaaaaaaaaa").path.glob("episodes/s12-*"))
    assert f"automem replay {other}" in found.text


def test_the_page_asks_nobody_for_anything():
    found = page_of(evolved())
    assert not found.names & {"link", "img", "iframe", "object", "form", "base", "image"}
    names = {name for _, attributes in found.tags for name, _ in attributes}
    assert not names & {"src", "style", "action", "xlink:href"}
    assert not [name for name in names if name.startswith("on")]
    policy = found.values("content")[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for kind, (text,) in found.own.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert not re.search(r"url\(|@import|https?:|innerHTML|eval\(", text)


def test_the_page_can_be_read_by_ear():
    found = page_of(evolved())
    assert dict(found.tags[0][1]) == {"lang": "en"}
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tables = [tag for tag, _ in found.tags].count("table")
    assert tables == [tag for tag, _ in found.tags].count("caption") > 0
    heads = [dict(attributes) for tag, attributes in found.tags if tag == "th"]
    assert all(head.get("scope") in ("col", "row") for head in heads)
    charts = [dict(one) for tag, one in found.tags if tag == "svg" and ("role", "group") in one]
    assert charts
    assert all(chart["aria-label"] for chart in charts)
    assert {"main", "nav", "header"} <= found.names
    assert found.values("href")[0] == "#main"


def with_words(name: str, text: str, diff: str) -> Tags:
    """The page of a run in which models wrote this."""
    rows = (
        FIRST.model_copy(update={"reason": text}),
        LOST.model_copy(update={"reason": text, "why": text}),
        BROKEN.model_copy(update={"why": text}),
        WON.model_copy(update={"reason": text}),
    )
    return page_of(evolved(name, rows, diff=diff, analysis=text, proposer=f"command:{text}"))


def test_what_models_wrote_is_text_and_nothing_else():
    found = with_words("run", HOSTILE, DIFF + "+" + HOSTILE.replace("\n", " ") + "\n")
    assert found.text.count("<script>alert(1)</script>") >= 12
    assert "{{ 7 * 7 }}" in found.text
    assert not set(found.text) & {"\x00", "\x1b", "\u202e"}
    harmless = with_words("other/run", "x", DIFF + "+x\n")
    assert found.tags == harmless.tags
    assert found.own == harmless.own


@settings(max_examples=5, phases=[Phase.generate])
@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1))
def test_no_text_changes_what_the_page_is_made_of(text: str):
    number = len(list(Path().iterdir()))
    found = with_words(f"{number}/run", f"x{text}x", DIFF + f"+{text}\n")
    expected = with_words("plain/run", "x", DIFF + "+x\n")
    assert found.tags == expected.tags


def test_a_folders_name_is_text_as_well():
    name = "<script>alert(1)</script> '\"&"
    name = name.replace("/", "_")
    found = page_of(evolved(name))
    assert len(found.own["script"]) == 1
    assert name in found.text


def test_a_run_that_goes_on_says_so():
    words = page_of(evolved(ended=False)).words
    assert "It has not ended: it is running, or was interrupted" in words
    assert "on the gate's worlds, which chose it; held-out worlds are not played yet" in words
    assert "v1 - v0, on the gate's worlds +25.00" in words


def test_a_run_that_kept_nothing_says_so():
    found = page_of(evolved(rows=(FIRST, LOST)))
    assert "It kept 0 of 1 attempts: v0 earns 50.00 ± 0.00 % held out." in found.words
    assert "v0 - v0" not in found.words
    assert "what the files carry, v0 +0.00" in found.words


def test_one_that_was_stopped_early_shows_how_far_it_came():
    stopped = Match(pairs=LOST.trial.pairs[:2], spared=2)
    words = page_of(evolved(rows=(FIRST, LOST.model_copy(update={"trial": stopped})))).words
    assert "v1.1 rejected at gate gain -10.00 after 2; changed" in words
    assert "2 scores on the gate's worlds, 2 spared" in words


def test_a_long_diff_is_cut_and_says_where_the_rest_is():
    words = page_of(evolved(diff=DIFF + "+line\n" * MOST_LINES)).words
    lines = MOST_LINES - len(DIFF.splitlines())
    assert words.count("+line") == 3 * lines  # each attempt has this diff
    assert "The rest is in attempts/v1.3/diff.patch." in words


def test_an_attempt_without_files_is_no_trouble():
    folder = evolved()
    (folder.attempt("v1.3") / "analysis.md").unlink()
    assert "v1.3" in page_of(folder).words
