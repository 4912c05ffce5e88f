"""The pages of an episode: what happened in each step, whatever models and worlds have written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from automem_graph.structure.desk import episode_view
from automem_graph.structure.desk.episode_view import write_view
from automem_graph.structure.desk.plain import block, field, one_line, shortened, visible
from automem_graph.structure.desk.summary import Rise, Stretch, Summary, Trouble
from support import toy
from support.playing import scaffold_with, table
from support.scripted import by_routine, calls, in_turn

DONE = "<|DONE|>"
RIGHT = "<|ACTION|>Right<|END|>"
WAIT = "<|ACTION|>Wait<|END|>"

HOOKS = """
def initial_files(task):
    return {"goals.md": "Walk right."}

def observe(state, seen, files):
    return f"Counted to {seen['step']}.", {"count": seen["step"]}

def after_log(state, seen, files):
    return [("append", "stub.md", f"stub of {seen['step']}")], state

def review(action, state, seen, files):
    return "The wall is there." if action == "Left" else None
"""

HOSTILE = (
    "\n```\n# Steps\n## Step 99 (100.0%)\n\n- list\n<h1>x</h1>\n<!--\n    acts    Left\n\r"
    "## Step 98\x1b[2J\x07\x9b\u2028## Step 97\u202e\U000e0041"
)


def view(at, into: str = "view") -> tuple[Summary, str]:
    """Play, and show it: the summary and the first page."""
    at.play()
    summary = write_view(at.folder, Path(into))
    return summary, Path(into, "steps-0000.md").read_text()


def step(page: str, number: int) -> str:
    return page.partition(f"## Step {number} ")[2].partition("\n## ")[0]


def test_a_step_shows_what_was_seen_done_and_answered():
    log = "It is grey here.\n<|APPEND|>notes.md|grey walls<|END|><|SEARCH|>no.md|x<|END|>" + DONE
    plan = "<|READ|>notes.md<|END|>"
    with table(in_turn(RIGHT, log, plan, RIGHT), seed=7, steps=2) as at:
        _, page = view(at)
    assert "    sees    You stand in room 1 of a corridor whose walls have colour 7." in page
    second = step(page, 1)
    assert second.startswith("(16.7%) [rises to 33.3%]\n")
    order = [
        "    says    It is grey here.",
        "    LOG     <|APPEND|>notes.md|grey walls<|END|>",
        "    gives   Added to notes.md.",
        "    LOG     <|SEARCH|>no.md|x<|END|>",
        "    gives   There is no file no.md.",
        "    PLAN    <|READ|>notes.md<|END|>",
        "    gives   grey walls",
        "    acts    Right",
    ]
    places = [second.index(f"{line}\n") for line in order]
    assert places == sorted(places)
    assert "LOG     <|DONE|>" not in second
    assert "You stand in room 2" in page.partition("## The end (33.3%)")[2]


def test_what_hooks_did_is_shown(tmp_path: Path):
    with table(
        by_routine(DONE, "<|ACTION|>Left<|END|>"),
        steps=3,
        scaffold=scaffold_with(tmp_path / "mine", hooks_py=HOOKS),
    ) as at:
        summary, page = view(at)
    assert "    hook    initial_files: splice goals.md: Walk right." in step(page, 0)
    second = step(page, 1)
    assert "Counted to 1." in second
    assert "      - stub.md (1 line)" in second
    assert "    hook    after_log: append stub.md: stub of 1" in second
    assert second.count("    refused The wall is there.") == 2
    assert '    state   {"count": 1}' in second
    assert "[sent back]" in second
    assert summary.troubles["sent_back"] == Trouble(count=6, steps=(0, 1, 2))
    assert "Counted to 2." in Path("view/whole-step.md").read_text()


def test_troubles_are_flagged_and_counted():
    log = "<|SEARCH|>a.md|x<|END|><|APPEND|>../up|x<|END|><|NOPE|>a<|END|>" + DONE
    with table(in_turn("<|ACTION|>Fly<|END|>", log, "hm", "hm"), steps=2) as at:
        summary, page = view(at)
    assert "[unknown action]" in step(page, 0)
    assert "    acts    Wait (said: Fly)" in step(page, 0)
    second = step(page, 1)
    assert "[stuck] [fallback] [failed call]" in second
    assert "    FAILS   '../up' is no file name here." in second
    assert "    says    hm" in second
    counts = {name: trouble.count for name, trouble in summary.troubles.items()}
    assert counts == {
        "fallbacks": 1, "unknown_actions": 1, "failed_calls": 2, "empty_searches": 1
    }  # fmt: skip


def test_empty_replies_are_told():
    with table(by_routine("  ", "  "), steps=1) as at:
        summary, page = view(at)
    assert "    PLAN    an empty reply" in page
    assert summary.troubles["silent_replies"].count == 2


def test_tool_calls_are_shown_like_tags():
    note = calls(("APPEND", {"file": "a.md", "text": "on I go"}), ("DONE", {}), text="Noted.")
    plan = calls(("ACTION", {"action": "Right"}))
    with table(by_routine(note, plan), steps=2, codec="tool_calls") as at:
        _, page = view(at)
    second = step(page, 1)
    assert "    says    Noted." in second
    assert "on I go" in second
    assert "    gives   Added to a.md." in second
    assert "on I go" in Path("view/whole-step.md").read_text()


def test_the_specialist_and_the_gameplay_model_share_the_page():
    with table(
        by_routine(DONE, RIGHT),
        by_routine("<|APPEND|>a.md|on<|END|>" + DONE, "<|READ|>a.md<|END|>"),
        steps=2,
    ) as at:
        _, page = view(at)
    second = step(page, 1)
    assert second.index("<|APPEND|>") < second.index("<|READ|>a.md") < second.index("    acts")


def test_rises_and_stuck_stretches():
    with table(in_turn(RIGHT, DONE, RIGHT, DONE, *[WAIT, DONE] * 4, RIGHT), steps=7) as at:
        summary, page = view(at)
        result = at.play()
    assert summary.rises == (
        Rise(step=0, to=1 / 6), Rise(step=1, to=2 / 6), Rise(step=6, to=3 / 6)
    )  # fmt: skip
    assert summary.stuck == (Stretch(first=2, last=5),)
    assert page.count("[stuck]") == 4
    assert summary.metrics == result.metrics
    assert (summary.steps, summary.ended, summary.progression) == (7, "limit", 0.5)
    assert result.metrics is not None
    assert result.metrics.stuck_steps == pytest.approx(4 / 7)


def test_a_page_holds_so_many_steps_and_begins_anew(monkeypatch):
    monkeypatch.setattr(episode_view, "PAGE", 4)
    with table(by_routine(DONE, WAIT), steps=10) as at:
        view(at)
    pages = sorted(path.name for path in Path("view").glob("steps-*.md"))
    assert pages == ["steps-0000.md", "steps-0004.md", "steps-0008.md"]
    found = [re.findall(r"^## Step (\d+)", Path("view", page).read_text(), re.M) for page in pages]
    assert found == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"]]


def test_an_episode_that_has_only_begun_can_be_shown():
    with table(lambda _: 1 / 0, steps=3) as at:
        summary, page = view(at)
    assert (summary.status, summary.steps) == ("failed", 0)
    assert summary.error == "not the scaffold's doing (ModelError)"
    assert "You stand in room 0" in page


def test_hostile_texts_stay_in_their_blocks(monkeypatch):
    seen = toy.Corridor._observation

    def hostile(world):
        said = seen(world)
        return said.model_copy(update={"text": said.text + HOSTILE})

    monkeypatch.setattr(toy.Corridor, "_observation", hostile)
    log = f"{HOSTILE}<|APPEND|>a.md|{HOSTILE}<|END|><|BAD|>{HOSTILE}<|END|>" + DONE
    with table(by_routine(log, f"{HOSTILE}<|READ|>a.md<|END|>{RIGHT}"), steps=3) as at:
        view(at)
    for path in Path("view").glob("*.md"):
        text = path.read_text()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\U000e0000-\U000e007f]", text)
        kinds = [token.type for token in MarkdownIt().parse(text)]
        assert set(kinds) <= {"heading_open", "inline", "heading_close", "code_block"}
    page = Path("view/steps-0000.md").read_text()
    assert re.findall(r"^## Step (\d+)", page, re.MULTILINE) == ["0", "1", "2"]
    assert "\n    acts    Left" not in page
    assert "\x1b" not in Path("view/memory/a.md").read_text()


@given(st.text())
def test_a_field_is_one_field(text: str):
    first, *rest = field("gives", text, 200).split("\n")
    assert first.startswith("    gives")
    assert all(not line or line.startswith("      ") for line in rest)
    assert all(not line or line.startswith("    ") for line in block(text).split("\n"))
    assert visible(visible(text)) == visible(text)
    assert "\n" not in one_line(text, 100)


def test_long_texts_are_cut_in_the_middle():
    text = shortened("a" * 500 + "b" * 500, 90)
    assert text == "a" * 60 + " [... 910 characters ...] " + "b" * 30
    assert shortened("short", 5) == "short"
