"""An episode as a replay reads it: all of it, by its places in the file, and as far as it goes."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from automem_graph.agent.step import StepRow
from automem_graph.episodes.hold import held
from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.trace import read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from automem_graph.report.replay.episode import Episode, OutOfRange
from automem_graph.report.replay.shapes import Outline, Step
from automem_graph.structure.desk.plain import visible
from support import toy
from support.playing import table
from support.replays import copy_of, cut, lines_of, longer, played
from support.scripted import calls


@pytest.fixture(scope="module")
def crafter(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    return played(tmp_path_factory.mktemp("crafter"), "crafter", 30)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    return played(tmp_path_factory.mktemp("window"), "drill", 24, agent="window")


def outline(folder: EpisodeFolder) -> Outline:
    return Episode(folder).outline(0, "text", None)


def test_an_outline_says_what_was_asked_and_what_came_of_it(crafter: EpisodeFolder):
    header, rows = read_trace(crafter)
    found = outline(crafter)
    assert (found.id, found.task, found.seed) == (crafter.id, "crafter", 42)
    assert (found.agent, found.scaffold) == ("memory", header.asked.scaffold)
    assert found.models == {"gameplay": "offline:player"}
    assert (found.status, found.why, found.steps) == ("done", "", 30)
    assert found.progression[0] == (0, 0.0)
    assert found.progression[-1] == (30, rows[-1].answer.progression)
    news = [
        (row.step, name.replace("_", " "))
        for row in rows
        for name in row.answer.facts["unlocked"]
    ]  # fmt: skip
    assert news
    assert [(e.step, e.text) for e in found.events if e.kind == "achievement"] == news
    assert [(event.step, event.kind) for event in found.events][-1] == (29, "end")
    journal = list(read_rows(crafter.journal))
    wrote = {row.step for row in journal if row.edits and row.role != "scaffold"}
    assert found.writes == sorted(wrote)
    assert found.files == sorted({change.file for row in journal for change in row.edits})


def same(step: Step, row: StepRow, before: str) -> None:
    """A step as the page gets it says what the row says."""
    seen = (row.step, visible(before), visible(row.answer.text))
    assert (step.step, step.observation, step.answer) == seen
    assert (step.action, step.progression) == (row.action, row.answer.progression)
    assert [turn.said for turn in step.turns] == [visible(call.reply) for call in row.calls]
    results = [(one.action, one.text, one.ok) for turn in step.turns for one in turn.results]
    assert results == [(one.call, one.result, one.ok) for one in row.actions]


def test_each_step_is_told_from_any_place(crafter: EpisodeFolder):
    header, rows = read_trace(crafter)
    episode = Episode(crafter)
    every = episode.step_range(0, 30)
    assert [step for start in range(30) for step in episode.step_range(start, start + 1)] == every
    shown = [header.answer.text, *(row.answer.text for row in rows)]
    for step, row in zip(every, rows, strict=True):
        same(step, row, shown[row.step])
        heard, place = [], 0
        for call, turn in zip(row.calls, step.turns, strict=True):
            new = row.messages[place if row.step == 0 else max(place, 1) : call.prompt]
            heard = [message["content"] for message in new if message["role"] != "assistant"]
            assert turn.prompt == visible("\n\n".join(heard))
            place = call.prompt + 1
        assert step.tokens == {
            "gameplay": (
                sum(call.usage.input for call in row.calls),
                sum(call.usage.output for call in row.calls),
            )
        }
    assert {one.file for step in every for turn in step.turns for one in turn.results} <= {
        "",
        *files_at(read_rows(crafter.journal)),
    }


def test_of_a_sliding_window_only_what_is_new_is_told(window: EpisodeFolder):
    header, rows = read_trace(window)
    episode = Episode(window)
    shown = [header.answer.text, *(row.answer.text for row in rows)]
    for step, row in zip(episode.step_range(0, 24), rows, strict=True):
        same(step, row, shown[row.step])
        (turn,) = step.turns
        heard = [message["content"] for message in row.messages if message["role"] == "user"]
        if row.step:
            assert turn.prompt == visible("\n\n".join(heard[-2:]))
    assert episode.step_range(20, 24) == episode.step_range(0, 24)[20:]
    assert not episode.files(3).files


def test_files_are_as_they_were_at_every_step(crafter: EpisodeFolder):
    journal = list(read_rows(crafter.journal))
    episode = Episode(crafter)
    for step in range(-1, 30):
        before, after = files_at(journal, max(step, 0)), files_at(journal, step + 1)
        found = episode.files(step)
        assert {file.name: file.text for file in found.files} == after
        assert {file.name: file.before for file in found.files if file.before is not None} == {
            name: before.get(name, "") for name in after if before.get(name) != after[name]
        }
        assert found.removed == sorted(before.keys() - after.keys())
    changed = episode.changed_files(10, 30)
    files: dict[str, str | None] = dict(changed["start"])
    assert files == files_at(journal, 10)
    for step, name, text in changed["changes"]:
        files[name] = text
        assert files_at(journal, step + 1).get(name) == text
    assert {name: text for name, text in files.items() if text is not None} == files_at(journal, 30)


def test_what_is_not_there_is_said(crafter: EpisodeFolder):
    episode = Episode(crafter)
    for start, stop in ((-1, 3), (5, 4)):
        with pytest.raises(OutOfRange, match="there are 0 to 30"):
            episode.step_range(start, stop)
    assert episode.step_range(28, 99) == episode.step_range(28, 30)
    assert episode.step_range(30, 31) == []
    for step in (-2, 30):
        with pytest.raises(OutOfRange, match="there are 0 to 29"):
            episode.files(step)


def test_a_search_finds_everything_where_it_stands(crafter: EpisodeFolder):
    episode = Episode(crafter)
    wood = episode.search("COLLECT  wood").hits
    (row,) = (
        row for row in read_trace(crafter)[1] if "collect_wood" in row.answer.facts["unlocked"]
    )
    places = {(hit.step, hit.where) for hit in wood}
    assert {(row.step + 1, "log"), (row.step + 1, "file")} <= places
    for hit in wood:
        assert hit.excerpt[hit.start : hit.end].lower() == "collect wood"
    steps = [hit.step for hit in episode.search("tree").hits if hit.where == "observation"]
    shown = [step.observation for step in episode.step_range(0, 30)]
    shown.append(episode.step_range(29, 30)[0].answer)
    assert steps == [step for step, text in enumerate(shown) if "tree" in text]
    assert [hit.step for hit in episode.search("tree", 20).hits if hit.where == "observation"] == [
        step for step in steps if step > 20
    ]
    for nothing in ("", "  ", "not there (at all", "[a-z]+"):
        assert not episode.search(nothing).hits


def test_two_models_and_tool_calls_are_told_apart():
    def remembers(messages):
        if "# LOG" in str(messages[-1].content):
            return calls(
                ("APPEND", {"file": "a.md", "text": "caf\u00e9 \U0001f600 <b>"}), ("DONE", {})
            )
        return "hm"

    def acts(messages):
        return calls(("ACTION", {"action": "Wait"}))

    with table(acts, remembers, codec="tool_calls", steps=12) as at:
        at.play()
        episode = Episode(at.folder)
        found = episode.outline(0, "text", None)
        assert found.models == {"gameplay": "gameplay", "specialist": "specialist"}
        step = episode.step_range(3, 4)[0]
        assert step.tokens.keys() == {"gameplay", "specialist"}
        assert {turn.role for turn in step.turns} == {"gameplay", "specialist"}
        assert any("APPEND" in turn.said for turn in step.turns)
        assert any(one.file == "a.md" for turn in step.turns for one in turn.results)
        (stuck,) = (event for event in found.events if event.kind == "stuck")
        assert (stuck.step, stuck.text) == (0, "12 steps without effect")
        (hit,) = (hit for hit in episode.search("<b>").hits if (hit.step, hit.where) == (2, "file"))
        units = hit.excerpt.encode("utf-16-le")
        assert units[2 * hit.start : 2 * hit.end].decode("utf-16-le") == "<b>"


def test_an_episode_that_goes_on_is_followed(crafter: EpisodeFolder):
    whole, lines = Episode(crafter), lines_of(crafter)
    growing = copy_of(crafter)
    cut(growing, 3, torn=lines[4][:40])
    episode = Episode(growing)
    with held(growing.path):
        for steps in range(4, 31):
            assert (episode.steps, episode.running) == (steps - 1, True)
            growing.trace.write_bytes(b"".join(lines[: steps + 1]) + b'{"step":')
            episode.refresh()
            assert episode.step_range(steps - 1, steps) == whole.step_range(steps - 1, steps)
        found = episode.outline(0, "text", None)
        assert (found.status, found.steps) == ("running", 30)
        assert found.writes == whole.outline(0, "text", None).writes
    os.link(crafter.result, growing.result)
    assert episode.outline(0, "text", None) == whole.outline(0, "text", None)
    growing.trace.write_bytes(b"".join(lines[:6]))  # somebody put an older one in its place
    episode.refresh()
    assert episode.steps == 5


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (b"nonsense\n", "Invalid JSON"),
        (b'{"step": 7}\n', "Field required"),
        (b"[]\n", "should be an object"),
        (b'{"step": 9, "action": "Do", "answer": {"text": ""}}\n', "step 9 stands in the place"),
    ],
)
def test_a_damaged_line_ends_what_is_shown_and_is_said(
    crafter: EpisodeFolder, spoilt: bytes, said: str
):
    copy = copy_of(crafter)
    lines = lines_of(copy)
    copy.trace.write_bytes(b"".join([*lines[:8], spoilt, *lines[9:]]))
    found = outline(copy)
    assert (found.status, found.steps) == ("partial", 7)
    assert f"{copy.trace}:9 is damaged" in found.why
    assert said in found.why
    assert len(Episode(copy).step_range(0, 30)) == 7


def test_a_damaged_journal_costs_the_files_only(crafter: EpisodeFolder):
    copy = copy_of(crafter)
    rows = copy.journal.read_bytes().splitlines(keepends=True)
    copy.journal.write_bytes(b"".join(rows[:-1]) + b'{"edits": 3}\n')
    found = outline(copy)
    assert (found.status, found.steps) == ("partial", 30)
    assert "memory.jsonl is damaged" in found.why
    assert Episode(copy).files(5) == Episode(crafter).files(5)


def test_another_version_is_shown_as_far_as_it_goes(crafter: EpisodeFolder):
    copy = copy_of(crafter)
    header, *rows = map(json.loads, lines_of(copy))
    header |= {"format": 9, "asked": {"task": "crafter", "gameplay": ["x"]}, "more": 1}
    data = [header, *({**row, "feelings": "mixed"} for row in rows)]
    copy.trace.write_text("".join(f"{json.dumps(one)}\n" for one in data))
    found = outline(copy)
    assert (found.status, found.steps) == ("partial", 30)
    assert "another version (format 9" in found.why
    assert Episode(copy).step_range(0, 30)[7].action == rows[7]["action"]


@pytest.mark.parametrize(
    ("result", "status", "why"),
    [
        ({"status": "failed", "error": "ValueError: no\nmore"}, "failed", "ValueError: no more"),
        ({"status": "stopped", "error": "no tokens are left"}, "partial", "no tokens are left"),
        ({"status": 3}, "partial", "episode.json is damaged"),
        (None, "partial", "it has not ended, and nobody plays it now"),
    ],
)
def test_what_did_not_end_well_says_so(
    crafter: EpisodeFolder, result: dict[str, object] | None, status: str, why: str
):
    copy = copy_of(crafter)
    cut(copy, 5)
    if result:
        copy.result.write_text(json.dumps(result))
    found = outline(copy)
    assert (found.status, found.steps) == (status, 5)
    assert why in found.why


@pytest.mark.parametrize("text", ["", "x", "{}\n", '{"format": 2}\n'])
def test_without_a_header_nothing_can_be_shown(crafter: EpisodeFolder, text: str):
    copy = copy_of(crafter)
    copy.trace.write_text(text)
    with pytest.raises(RunError, match=r"trace\.jsonl"):
        Episode(copy)


def test_no_name_of_a_prompt_leads_out_of_its_folder(crafter: EpisodeFolder):
    copy = copy_of(crafter)
    Path("copy/secret.txt").write_text("the key")
    header, *rows = map(json.loads, lines_of(copy))
    rows[0]["messages"][0] = ["system", "../secret"]
    copy.trace.write_text("".join(f"{json.dumps(one)}\n" for one in [header, *rows]))
    assert "the key" not in Episode(copy).step_range(0, 1)[0].model_dump_json()


def test_text_that_would_not_show_is_spelt_out():
    with table(lambda _: "\u202e\x1b[31m<|ACTION|>Wait<|END|>", steps=2) as at:
        at.play()
        step = Episode(at.folder).step_range(0, 1)[0]
        assert step.turns[0].said == "\\u202e\\x1b[31m<|ACTION|>Wait<|END|>"
        assert at.context.task == toy.NAME


def test_of_a_long_trace_only_the_places_of_its_lines_are_kept(crafter: EpisodeFolder):
    long = longer(crafter, 2000)
    tracemalloc.start()
    try:
        episode = Episode(long)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert episode.steps == 2000
    assert kept < 200 * episode.steps
    assert most < kept + 500_000
